"""Spanish."""

from emails.rules.replies.phrases.shape import Language, table, words

STRONG = table(
    positive="""
        (de acuerdo|conforme|aprobado|confirmado|trato hecho)
        (nos|me) (encaja|parece (bien|estupendo|perfecto|genial|correcto)|va bien|convence)
        (adelante|seguimos|renovamos|aceptamos|firmamos|continuamos)
        (queremos|nos gustaria|encantados de|contentos de|vamos a) (renovar|continuar|seguir|firmar)
        (enviame|enviadme|envie|envien|mandame|mandadme|mande|envianos) * (contrato|documentos|propuesta para firmar|pedido)
        luz verde
        (cuenta|cuente|cuenten) con nosotros
        (muy|bastante) (contentos|satisfechos|satisfechas|contentas) con
        (queremos|quisieramos|nos gustaria|deseamos) (renovar|continuar|seguir|prorrogar)
    """,
    neutral="""
        (lo|la) (miro|reviso|vemos|revisamos|comento|comentamos|estudio|estudiamos|paso|reenvio)
        (te|le|os|les) (respondo|contesto|digo algo|decimos algo|confirmo|informo|aviso)
        gracias por (la|tu|su|el|vuestra) (informacion|mensaje|correo|respuesta|email|nota)
        (recibido|tomo nota|tomamos nota|enterad~)
    """,
    objection_price="""
        (demasiado|muy|bastante|excesivamente) (caro|cara|alto|alta|elevado|elevada)
        (precio|subida|aumento|incremento|tarifa|coste) * (excesiv~|demasiado|alt~|elevad~|inaceptable|inasumible|no podemos)
        (descuento|rebaja|mejor precio)
        (bajar|ajustar|mejorar|rebajar) * (precio|tarifa|oferta)
        (mas de lo) (esperado|previsto|que)
        fuera de precio
        mas caro (que|de lo)
        (precio|subida|aumento) * no (es|nos parece) (aceptable|razonable|justificad~)
        negociar * precio
        no podemos (asumir|aceptar|pagar|permitirnos|justificar)
        (muy|tan|bastante) (caro|cara|costoso|elevado)
        (al|el) (mismo|precio actual) (precio)?
    """,
    objection_budget="""
        (no (tenemos|hay|tengo|disponemos de)|sin|ningun) (el)? presupuesto
        presupuesto~ * (recortad~|congelad~|agotad~|limitad~|ajustad~|cerrad~|reducid~)
        (recorte~|congelacion) (de|del|presupuestari~)
        (no|sin) * (fondos|dinero|presupuesto|partida)
        (fuera|excede|supera) (de|del|el)? (nuestro)? presupuesto
        no nos llega el presupuesto
        (recortar|reducir) (gastos|costes|costos)
    """,
    objection_competitor="""
        (comparando|evaluando|valorando|mirando|probando|estudiando|considerando) * (proveedor~|alternativa~|competencia|opcion~|solucion~|competidor~)
        (otro|otros) (proveedor~|competidor~) * (oferta|mejor|barat~|precio|ofrec~)
        (oferta|propuesta|presupuesto) * (otro proveedor|competencia|competidor)
        (cambiar|cambiamos|cambio) de proveedor
        (pedido|recibido|tenemos) * oferta~ * (otro~|competencia)
        (mejor|otra) (oferta|propuesta) de
        (evaluando|valorando|hablando|negociando) * competidor~
        cambiar a otr~
        (vuestros|sus|tus|otros) competidores
        [0-9]{1,2} ?% (menos|mas barato)
    """,
    objection_timing="""
        no es (un|el)? (buen|mejor) momento
        (mal momento|demasiado pronto|muy pronto|todavia es pronto)
        (proximo|siguiente) (trimestre|ano|mes|ejercicio|semestre)
        (retom~|hablamos|hablemos|contact~|escrib~|volvemos) * (despues|mas adelante|proximo|en (enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)|tras|otono)
        (no tenemos|sin|no tengo|falta de) (tiempo|capacidad|recursos)
        (desbordad~|hasta arriba|saturad~|a tope)
        (aplazar|posponer|dejarlo para|mas adelante)
        (necesitamos|necesito) mas tiempo
        en (unos|dos|tres|cuatro|seis) meses
        dentro de (unos|dos|tres|cuatro|seis) meses
    """,
    question="""
        (cuanto|cuanta|cuantos|cuantas) \\w
        (cual|cuales|que pasa|que incluye|como|donde|cuando|por que) (es|son|funciona|se|esta|seria|incluye)?
        (puede|puedes|podria|podrias|podeis|pueden) (enviar|mandar|decir|confirmar|explicar|aclarar|indicar)~
        (incluye|esta incluido|estan incluidos)
        (una|alguna|tengo) (duda|pregunta|consulta)~
    """,
    meeting="""
        (podemos|podriamos|quieres|quedamos|nos) (hablar|reunirnos|vernos|una llamada|quedar|llamamos)
        (llamada|reunion|videollamada|cita) * (lunes|martes|miercoles|jueves|viernes|semana|manana)
        (te|le|os|les) (viene|va) bien * (lunes|martes|miercoles|jueves|viernes|llamada|semana|las)
        (agendar|concertar|programar|fijar|convocar) * (llamada|reunion|cita)
        (estas|esta|estais) (libre|disponible)~
        (lunes|martes|miercoles|jueves|viernes) a las [0-9]{1,2}
        (envia|manda|enviame|mandame) * (invitacion|convocatoria)
        (tienes|tiene|teneis) (un)? hueco
        (hueco|rato) * (hablar|llamar|llamada)
        (llamame|llameme|me llamas|me llama)
    """,
    unsubscribe="""
        (dar|darme|darnos|deme|denme|dadme) (de)? baja
        (no|dejen de|dejad de|deje de|deja de) (me|nos)? (envi~|mand~|escrib~|contact~) (mas|correos|emails)?
        no (quiero|deseo) (recibir|mas)
        (elimin~|borr~|quit~|sac~) * (lista|base|direccion|datos)
        cancelar (la)? suscripcion
    """,
    wrong_person="""
        no soy (la|el) (persona|contacto|responsable|indicad~)
        no (soy|me) (encargo|ocupo|responsable|llevo)
        (escrib~|contact~|habl~|diri~) * (con|a) * (mejor|en su lugar)
        persona equivocada
    """,
    left_company="""
        ya no trabaj(a|o)
        ya no form(a|o) parte
        (ha|he) dejado (la empresa|la compania)
        mi ultimo dia
        ya no esta (en la empresa|con nosotros)
    """,
)
WEAK = table(
    positive="""
        (perfecto|genial|estupendo|claro|si|vale|bien)
    """,
    neutral="""
        gracias
        (entendido|ok)
    """,
    objection_price="""
        (caro|cara|precio|subida)
    """,
    objection_budget="""
        presupuest~
    """,
    objection_competitor="""
        (competencia|competidor~|alternativa~)
        (otro|otros) proveedor~
    """,
    objection_timing="""
        (ahora mismo|mas tarde|verano|trimestre)
    """,
    meeting="""
        (llamada|reunion|videollamada|cita)
        (lunes|martes|miercoles|jueves|viernes)
        a las [0-9]{1,2}
    """,
)
LANGUAGE = Language(
    code="es",
    strong=STRONG,
    weak=WEAK,
    negators=words("no nunca sin tampoco nada"),
    not_only=("no solo",),
    common=words(
        "el la los las que de y no es en un una por para con gracias lo se nos te su me este muy hola pero como"
    ),
)
