# To be sourced by the programs here, after they have set "here" to this folder: built finds a JDK, and
# builds the module if its sources have changed. It sets LARDER_JAVA, root and target.

root=$(dirname -- "$here")
target=$here/target
# shellcheck source=../bin/find-java.sh
. "$root/bin/find-java.sh"

built() {
  if ! find_java jdk; then
    find_java_complain
    exit 1
  fi
  # Dated by when the build began, so that a source saved while it ran is noticed next time.
  stamp=$target/built
  if [ ! -f "$stamp" ] || [ -n "$(find "$root/pom.xml" "$here/pom.xml" \
    "$root/platform/src/main" "$root/testkit/src/main" "$root/uring/src/main" "$root/engine/src/main" \
    "$root/cache/src/main" "$here/src/main" -newer "$stamp" -print -quit)" ]; then
    echo "larder bench: building; this takes a moment" >&2
    mkdir -p "$target"
    : >"$stamp.begun"
    (cd "$root" && JAVA_HOME=$LARDER_JAVA ./mvnw -q -B -ntp -pl bench -am -Dmaven.test.skip=true package) >&2
    mv "$stamp.begun" "$stamp"
  fi
}
