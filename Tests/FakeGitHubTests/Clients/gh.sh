#!/usr/bin/env bash
# gh against the fake, over TLS.
#
#   gh.sh FAKE_GITHUB
set -euo pipefail
binary=$1
folder=$(mktemp -d)
trap 'exec 9>&-; wait; rm -rf "$folder"' EXIT
printf '{"sluice": {"token": "ghp_sluice", "permission": "write"}, "ada": {"token": "ghp_ada", "permission": "write"}}\n' \
  >"$folder/tokens.json"
mkfifo "$folder/input"
"$binary" --folder "$folder" --repository example/fleet --tokens "$folder/tokens.json" --tls --port-file "$folder/port" \
  <"$folder/input" >"$folder/output" &
exec 9>"$folder/input"
until grep -qs '^ready' "$folder/output"; do sleep 0.05; done
port=$(cat "$folder/port")

export GH_HOST="127.0.0.1:$port" GH_ENTERPRISE_TOKEN=ghp_sluice SSL_CERT_FILE="$folder/ca.pem" GH_CONFIG_DIR="$folder/gh"
export GH_PROMPT_DISABLED=1 GH_NO_UPDATE_NOTIFIER=1 NO_COLOR=1 HOME="$folder"

act() { curl -q -sS --fail --noproxy '*' --cacert "$folder/ca.pem" -d "$2" "https://127.0.0.1:$port/_fake/$1" >/dev/null; }
is() {
  if [ "$2" != "$3" ]; then
    printf '%s: %s, not %s\n' "$1" "$2" "$3" >&2
    exit 1
  fi
}
# What must be refused, and why.
refused() {
  local what=$1 words=$2 said
  shift 2
  if said=$("$@" 2>&1); then
    printf '%s: done, not refused\n' "$what" >&2
    exit 1
  fi
  case $said in *"$words"*) ;; *)
    printf '%s: %s\n' "$what" "$said" >&2
    exit 1
    ;;
  esac
}
api() { gh api "$@"; }
repo=repos/example/fleet

act commit '{"branch": "main", "as": "ada", "files": {"versions/dev": "1\n"}}'
act commit '{"branch": "bump", "as": "sluice", "files": {"versions/dev": "2\n"}, "message": "Bump"}'
is user "$(api user --jq .login)" sluice
is repository "$(api "$repo" --jq .full_name)" example/fleet
is pull "$(api "$repo/pulls" -f title=Bump -f head=bump -f base=main -f body=why --jq '"\(.number) \(.state)"')" '1 open'
refused duplicate 'A pull request already exists for example:bump.' api "$repo/pulls" -f title=Bump -f head=bump -f base=main
act approve '{"number": 1, "as": "ada"}'
is review "$(api "$repo/pulls/1/reviews" --jq '.[] | "\(.user.login) \(.state)"')" 'ada APPROVED'
is labels "$(api "$repo/issues/1/labels" -f 'labels[]=sluice/hold' --jq '.[].name')" sluice/hold
head=$(api "$repo/pulls/1" --jq .head.sha)
is status "$(api "$repo/statuses/$head" -f state=success -f context=sluice/promotion -f description=fine --jq .context)" sluice/promotion
is combined "$(api "$repo/commits/bump/status" --jq '"\(.state) \(.total_count)"')" 'success 1'
tag=$(api -i "$repo/pulls/1" --jq .number | tr -d '\r' | sed -n 's/^[Ee]tag: //p')
refused conditional 'HTTP 304' api -i "$repo/pulls/1" -H "If-None-Match: $tag"
refused 'other head' 'Head branch was modified' api -X PUT "$repo/pulls/1/merge" -f sha=1111111111111111111111111111111111111111
is merge "$(api -X PUT "$repo/pulls/1/merge" -f sha="$head" --jq .message)" 'Pull Request successfully merged'
is merged "$(api "$repo/pulls/1" --jq '"\(.merged) \(.merged_by.login)"')" 'true sluice'
for number in 1 2 3 4 5; do
  act commit "{\"branch\": \"page-$number\", \"as\": \"sluice\", \"files\": {\"file-$number\": \"x\"}}"
  api "$repo/pulls" -f title="page $number" -f head="page-$number" -f base=main --silent
done
is pages "$(api --paginate "$repo/pulls?per_page=2&direction=asc" --jq '.[].title' | tr '\n' ' ')" \
  'page 1 page 2 page 3 page 4 page 5 '
GH_ENTERPRISE_TOKEN=wrong refused 'wrong token' 'Bad credentials' api user
SSL_CERT_FILE=/dev/null refused 'unknown authority' 'certificate' api user
echo agrees
