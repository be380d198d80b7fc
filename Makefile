# What a contributor runs. CONTRIBUTING.md says how long each takes, and what is skipped without which program.
.PHONY: build test short picture explore lint generate docs bench

build: # the program, without symbols; the same sources give the same bytes in any folder. Arrow takes Go's own JSON: 1.4 MB less
	go build -trimpath -tags=arrow_json_stdlib -ldflags='-s -w' -o homebound .

test: # everything
	go test ./...

short: # without browsers, killed imports, full disks, examples and most random rounds
	go test -short ./...

picture: # docs/stock.svg, with which README begins, of a release of the default package
	dir=$$(mktemp -d); go build -o $$dir/homebound . || exit 1; \
	$$dir/homebound serve --data $$dir/data --addr 127.0.0.1:8099 --public-url http://127.0.0.1:8080 >$$dir/log 2>&1 & pid=$$!; \
	curl -sf --retry 120 --retry-delay 1 --retry-all-errors -o docs/stock.svg \
		'http://127.0.0.1:8099/charts/stock.svg?region=RU&width=800'; \
	done=$$?; kill $$pid; rm -r $$dir; exit $$done

explore: # random rounds with a seed of the clock, which a failure names
	HOMEBOUND_TEST_SEED=$$(date +%s%N) go test -count=1 ./db/...
	go test -count=1 -v -run KilledAtAnyMoment ./test -kills 100 -moments $$(date +%s%N)

lint:
	@unformatted=$$(git ls-files -z '*.go' | xargs -0 ls -d 2>/dev/null | xargs gofmt -l); \
		test -z "$$unformatted" || { printf 'gofmt would change\n%s\n' "$$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go run honnef.co/go/tools/cmd/staticcheck ./...

generate: # the Go code of the contract, and what is packed into the program
	go generate ./...

docs: # rewrites the answers, outputs and tables that the documents quote; read the difference before keeping it
	go test -count=1 ./test -run TestDocs -update

bench: # measures and prints the table of docs/PERFORMANCE.md
	bench/run
