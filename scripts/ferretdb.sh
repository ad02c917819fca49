#!/usr/bin/env bash
# FerretDB: MongoDB's wire protocol over SQLite, for the tests of the MongoDB job store.
# MongoDB's own server is in none of the package registries; FerretDB comes through the Go module proxy.
#
#   scripts/ferretdb.sh install             install it once into the cache and print its path
#   scripts/ferretdb.sh run PORT STATE_DIR  run it in the foreground on 127.0.0.1:PORT until it is killed
set -euo pipefail

version=v1.24.0
bin_dir="${XDG_CACHE_HOME:-$HOME/.cache}/docket/ferretdb-$version"
server="$bin_dir/ferretdb"

usage() {
  echo "usage: $0 install | run PORT STATE_DIR" >&2
  exit 2
}

find_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go; do
    if [[ -n $candidate && -x $candidate ]]; then
      echo "$candidate"
      return
    fi
  done
  echo "FerretDB $version is built with Go, and no go command was found: install it from https://go.dev/dl" >&2
  echo "or leave MONGODB_TEST_URL unset; the MongoDB suite of the job store then does not run." >&2
  return 1
}

install_server() {
  [[ -x $server ]] && return
  local go build_dir
  go=$(find_go)
  mkdir -p "$bin_dir"
  # Built beside its place and moved into it, so that an interrupted build leaves no half-written server.
  build_dir=$(mktemp -d "$bin_dir/build.XXXXXX")
  echo "installing FerretDB $version (a minute or more, once)" >&2
  if ! build_server "$go" "$build_dir" >&2; then
    rm -rf "$build_dir"
    echo "FerretDB $version could not be built" >&2
    return 1
  fi
  mv "$build_dir/ferretdb" "$server"
  rm -rf "$build_dir"
}

# Not `go install ...@version`, for two reasons. It asks the proxy for the list of all versions too, which a proxy
# that serves chosen versions answers with 403. And the server it makes panics at its start: the module lacks
# version.txt, which the panic says to create by hand.
build_server() {
  local go=$1 build_dir=$2
  (
    cd "$build_dir" &&
      "$go" mod init docket.invalid/ferretdb &&
      "$go" mod edit -require="github.com/FerretDB/FerretDB@$version" &&
      "$go" mod download github.com/FerretDB/FerretDB &&
      cp -R "$("$go" list -mod=mod -m -f '{{.Dir}}' github.com/FerretDB/FerretDB)" source &&
      chmod -R u+w source &&
      cd source &&
      echo "$version" > build/version/version.txt &&
      "$go" build -buildvcs=false -trimpath -o "$build_dir/ferretdb" ./cmd/ferretdb
  )
}

case "${1:-}" in
  install)
    [[ $# -eq 1 ]] || usage
    install_server
    echo "$server"
    ;;
  run)
    [[ $# -eq 3 && $2 =~ ^[0-9]+$ ]] || usage
    install_server
    state_dir=$3
    mkdir -p "$state_dir/sqlite"
    exec "$server" \
      --handler=sqlite \
      --sqlite-url="file:$state_dir/sqlite/" \
      --state-dir="$state_dir" \
      --listen-addr="127.0.0.1:$2" \
      --debug-addr=- \
      --telemetry=disable \
      --log-level=warn
    ;;
  *)
    usage
    ;;
esac
