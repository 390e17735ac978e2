#!/usr/bin/env bash
# Builds the wheel, installs it in an empty environment outside the checkout and does one round of real work with it:
# a database made by migrations, an mbox brought in, pages written.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d -t dgroup-wheel-XXXXXX)
trap 'rm -rf "$work"' EXIT

"$root/.venv/bin/python" -m venv "$work/env"
(cd "$root" && "$root/.venv/bin/python" -m hatchling build -t wheel -d "$work/dist" >"$work/build.log" 2>&1) || {
  cat "$work/build.log"
  exit 1
}
"$work/env/bin/python" -m pip install --quiet --no-deps --require-hashes -r "$root/requirements/runtime.txt"
"$work/env/bin/python" -m pip install --quiet --no-deps "$work"/dist/dgroup-*.whl

cd "$work"
export PATH="$work/env/bin:$PATH"
unset PYTHONPATH

cat >config.toml <<'C'
[site]
domain = "lists.example.org"
base_url = "https://lists.example.org"
C
for n in 1 2 3; do
  cat <<M
From ann@example.org Mon Nov  2 10:0$n:00 2026
From: Ann Example <ann@example.org>
To: garden@lists.example.org
Subject: Pruning in winter
Date: Mon, 02 Nov 2026 10:0$n:00 +0000
Message-ID: <m$n@example.org>
In-Reply-To: <m1@example.org>
Content-Type: text/plain; charset=utf-8

Message number $n about apple trees.

M
done >garden.mbox

dgroup --help >/dev/null
python -c 'import dgroup, sys; sys.exit("site-packages" not in dgroup.__file__)'
dgroup --config config.toml init
dgroup --config config.toml group create garden --title "Garden"
dgroup --config config.toml import garden garden.mbox
dgroup --config config.toml render
home=$(find data/public -path '*garden*' -name 'index.html' | head -n 1)
test -n "$home" || { echo "wheel: no page was written"; exit 1; }
grep -rq "Message number 3 about apple trees" data/public || { echo "wheel: a message is missing"; exit 1; }
echo "wheel: installed, migrated, imported and rendered $(find data/public -name '*.html' | wc -l) pages"
