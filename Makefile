# make run [PORT=8000] [DEMO=0]    the whole desk on this machine
# make test                        linter, types and the whole suite

PORT ?= 8000
DEMO ?= 1
BIN := .venv/bin

.PHONY: run test
.NOTPARALLEL:

run:
	@./.ci/venv requirements.txt
	@exec $(BIN)/python manage.py serve --port $(PORT) $(if $(filter 0 no off false,$(DEMO)),--no-demo)

test:
	@./.ci/venv requirements-dev.txt
	@exec $(BIN)/python .ci/suite.py
