# A few verbs and no logic: `make` lists them.

.PHONY: help run build console test check bench bench-language fuzz docs

# The port of `make run`.
PORT ?= 8080

help: ## list the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: ## build, and run the demo at http://127.0.0.1:8080/ (another port: make run PORT=8090)
	@scripts/setup.sh build
	@scripts/port.sh $(PORT)
	@echo "1/3 the console (a minute the first time)"
	@scripts/console.sh
	@echo "2/3 the program (three to five minutes the first time; seconds when nothing changed)"
	@cargo build --profile quick --locked -p tongguan
	@ln -sf target/quick/tongguan tongguan
	@echo "3/3 the demo"
	@./tongguan demo --listen 127.0.0.1:$(PORT)

build: ## build the program for production: ./tongguan
	scripts/setup.sh build
	scripts/console.sh
	cargo build --release --locked -p tongguan
	ln -sf target/release/tongguan tongguan

console: ## build the console (React) that the binary embeds
	scripts/setup.sh build
	scripts/console.sh

test: ## everything: format, lints, all tests on both engines and a real broker
	scripts/setup.sh test
	scripts/console.sh test
	scripts/with-services.sh scripts/test.sh

check: ## the quick part of test: format, lints, tests on SQLite
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo test --workspace --locked -- --skip Postgres --skip Quorum --skip Classic --skip suite::broker

bench: ## the benchmark, beside PostgreSQL and RabbitMQ in the same run
	scripts/setup.sh test
	scripts/console.sh
	cargo build --release --locked -p tongguan -p bench
	DURABLE=1 scripts/with-services.sh target/release/bench

bench-language: ## what one order costs, beside xmllint with our schema
	cargo build --release --locked -p bench
	target/release/bench language

fuzz: ## every fuzz target for ten minutes (needs cargo-fuzz)
	scripts/fuzz.sh 600

docs: ## write the generated documents again
	cargo run -q -p ceb --example generate_docs
	cargo run -q -p tongguan --example generate_docs
