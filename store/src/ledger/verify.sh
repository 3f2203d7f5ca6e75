#!/bin/sh
# Checks this archive with standard tools: sha256sum, zstd, openssl. Run it in the folder that it was unpacked into:
#
#   sh verify.sh
#
# It says what it has checked, names what is broken, and ends with 1 if anything is.
LC_ALL=C
export LC_ALL
bad=0
broken() { echo "BROKEN: $*"; bad=1; }
digest() { sha256sum | cut -c1-64; }

# 1. No file differs from the list, and none is missing.
sha256sum --quiet -c SHA256SUMS || broken "a file is not the one that was exported"

# 2. Each link names the digest of the one before.
previous=
expected=
while IFS=' ' read -r number before content; do
  if [ -n "$expected" ]; then
    [ "$number" = "$expected" ] || broken "link $expected is missing"
    [ "$before" = "$previous" ] || broken "link $number does not follow the one before"
  fi
  previous=$(printf '%s %s %s' "$number" "$before" "$content" | digest)
  expected=$((number + 1))
done < chain.txt

# 3. Each entry is the one that its link names.
for file in entries/*.json; do
  [ -e "$file" ] || continue
  number=$(basename "$file" .json | sed 's/^0*//')
  content=$(grep "^$number " chain.txt | cut -d' ' -f3)
  [ "$(digest < "$file")" = "$content" ] || broken "entry $number was changed"
done

# 4. Each body unpacks to the bytes whose digest is its name.
for file in bodies/*.zst; do
  [ -e "$file" ] || continue
  [ "$(zstd -dcq "$file" | digest)" = "$(basename "$file" .zst)" ] || broken "body $file was changed"
done

# 5. Each checkpoint is signed, and states the link that is there.
for file in checkpoints/*.txt; do
  [ -e "$file" ] || continue
  openssl pkeyutl -verify -pubin -inkey ledger-key.pub.pem -rawin -in "$file" -sigfile "${file%.txt}.sig" \
    > /dev/null 2>&1 || broken "the signature of $file is not good"
  number=$(sed -n 's/^entry //p' "$file")
  stated=$(sed -n 's/^link //p' "$file")
  line=$(grep "^$number " chain.txt)
  [ "$(printf '%s' "$line" | digest)" = "$stated" ] || broken "$file states another chain"
done

[ "$bad" = 0 ] && echo "All of it is as it was exported."
exit $bad
