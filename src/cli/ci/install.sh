set -eu
if command -v guidepost >/dev/null; then exit 0; fi
program="@PROGRAM@"
@PATH@
if [ -x "$program/bin/guidepost" ] && [ ! -d "$GUIDEPOST_FROM" ]; then exit 0; fi
mkdir -p "$program/bin"
case "$GUIDEPOST_FROM" in
  "")
    echo "write into GUIDEPOST_FROM, at the top of this file, where Guidepost comes from" >&2
    exit 2 ;;
  *.git)
    set -- --git "$GUIDEPOST_FROM" ${GUIDEPOST_VERSION:+--rev "$GUIDEPOST_VERSION"} ;;
  https://*)
    curl -fsSL --retry 3 -o "$program/fetched" "$GUIDEPOST_FROM"
    echo "$GUIDEPOST_VERSION  $program/fetched" | sha256sum -c -
    chmod +x "$program/fetched"
    mv "$program/fetched" "$program/bin/guidepost"
    exit 0 ;;
  *)
    set -- --path "$GUIDEPOST_FROM" ;;
esac
if command -v rustup >/dev/null; then
  rustup toolchain install stable --profile minimal
elif ! command -v cargo >/dev/null; then
  curl -fsSL https://sh.rustup.rs | sh -s -- -y --profile minimal
  . "$HOME/.cargo/env"
fi
cargo install --locked --root "$program" "$@"
