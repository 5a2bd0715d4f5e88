# Every target says what it does: `make help`. None is needed: each is one command of manage.py.
PYTHON ?= python3
LOCK = .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: help demo test check format messages bench screenshots lock

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

demo:  ## Set up and run the portal with its demo; Ctrl-C ends it
	$(PYTHON) manage.py demo

test:  ## Set up and run every test
	$(PYTHON) manage.py test

check:  ## Formatting, lint, types, migrations, templates, translations
	$(PYTHON) manage.py check_all

format:  ## Put the sources into form
	.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

messages:  ## Bring the catalogues to what the sources say
	$(PYTHON) manage.py makemessages

bench:  ## Measure; prints ratios within one run
	$(PYTHON) manage.py bench

screenshots:  ## Picture a fixed list of pages, light, dark and narrow
	$(PYTHON) manage.py screenshots

lock:  ## Pin the newest packages that pyproject.toml and package.json allow
	$(LOCK) --upgrade pyproject.toml -o requirements.txt
	$(LOCK) --upgrade pyproject.toml --group dev -o requirements-dev.txt
	$(LOCK) --upgrade --group setup -o .ci/requirements-setup.txt
	npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved=true
