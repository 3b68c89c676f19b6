"""Portuguese."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (de acordo|concordamos|aprovado|confirmado|combinado)
        (podemos|vamos) (avancar|renovar|prosseguir|continuar)
        (esta|parece) (otimo|optimo|perfeito|bem) (para nos)?
        (queremos|gostariamos de) (renovar|continuar)
        (envie|envia|enviem|mande|manda) * (contrato|documentos)
    """,
    neutral="""
        (vou|vamos) (analisar|ver|verificar|discutir|avaliar)
        (dou|damos|darei) (um)? (retorno|resposta|noticias)
        (recebido|anotado)
        obrigad(a|o) pel(a|o) (informacao|mensagem|e-?mail|contacto|contato)
    """,
    objection_price="""
        (demasiado|muito|bastante) (caro|cara|alto|elevado)
        (preco|aumento|valor|custo) * (demasiado|excessivo|alto|elevado|inaceitavel)
        (desconto|preco melhor|melhor preco|reducao)
    """,
    objection_budget="""
        (nao (temos|ha|tenho)|sem) (orcamento|verba)
        (orcamento|verba) * (cortad~|congelad~|esgotad~|limitad~|reduzid~)
    """,
    objection_competitor="""
        (avaliando|comparando|a avaliar|a comparar|analisando) * (fornecedor~|alternativa~|concorren~|opcoes)
        (proposta|oferta) * (concorren~|outro fornecedor)
        mudar de fornecedor
    """,
    objection_timing="""
        nao e (um|o)? (bom|melhor) momento
        (muito|demasiado) cedo
        proximo (trimestre|ano|mes)
        (mais tarde|adiar)
    """,
    question="""
        (quanto|quanta|quantos|quantas|qual|quais|onde|quando|como) \\w
        (pode|podem|poderia) (enviar|dizer|confirmar|explicar|esclarecer)~
        (uma|alguma) (duvida|questao|pergunta)
    """,
    meeting="""
        (podemos|podiamos|vamos) (falar|reunir|marcar|conversar)
        (marcar|agendar) * (reuniao|chamada|call)
        (segunda|terca|quarta|quinta|sexta)(-feira)? as [0-9]{1,2}
    """,
    unsubscribe="""
        (cancelar|anular) (a)? (subscricao|inscricao)
        (remov~|retir~|elimin~) * (lista|endereco)
        nao (quero|desejo) receber
    """,
    wrong_person="""
        nao sou (a|o) (pessoa|responsavel|contacto|contato)
        (contacte|contate|fale com|escreva a)
    """,
    left_company="""
        ja nao (trabalha|faz parte)
        deixou a empresa
        nao trabalha mais
    """,
)
WEAK = table(
    positive="(otimo|optimo|perfeito|claro|sim)",
    neutral="(obrigado|obrigada|ok)",
    objection_price="(caro|cara|preco)",
    meeting="(segunda|terca|quarta|quinta|sexta|reuniao|chamada)",
)
LANGUAGE = Language(
    code="pt",
    strong=STRONG,
    weak=WEAK,
    negators=words("nao nunca sem nem"),
    not_only=("nao so",),
    common=words("o a os as que de e nao um uma para com por obrigado em do da no na se ao ja muito ola nos"),
)
