# Finds a JDK new enough for Larder. To be sourced by a POSIX shell; it starts no JVM, it reads the
# "release" file that every JDK carries.
#
#   find_java [jdk]
#
# sets LARDER_JAVA to the home of the first Java that is new enough ("jdk": one that can compile),
# or fails and leaves in LARDER_JAVA_SEEN one line for each place it looked at.

LARDER_JAVA_MINIMUM=25

find_java() {
  find_java_need=${1:-jre}
  LARDER_JAVA=
  LARDER_JAVA_SEEN=

  find_java_try LARDER_JAVA_HOME "${LARDER_JAVA_HOME:-}" && return 0
  find_java_try JAVA_HOME "${JAVA_HOME:-}" && return 0
  find_java_try "java on PATH" "$(find_java_on_path)" && return 0

  for find_java_place in \
    /usr/lib/jvm \
    /opt/jdk \
    "${SDKMAN_DIR:-${HOME:-/nonexistent}/.sdkman}/candidates/java" \
    "${HOME:-/nonexistent}/.jdks" \
    "${MISE_DATA_DIR:-${XDG_DATA_HOME:-${HOME:-/nonexistent}/.local/share}/mise}/installs/java" \
    /Library/Java/JavaVirtualMachines; do
    find_java_in "$find_java_place" && return 0
  done
  return 1
}

# The home of the `java` that PATH would start, symbolic links followed; nothing if there is none.
find_java_on_path() {
  find_java_link=$(command -v java 2>/dev/null) || return 0
  case $find_java_link in
    /*) ;;
    *) return 0 ;; # an alias or a function
  esac
  find_java_hops=0
  while [ -L "$find_java_link" ] && [ "$find_java_hops" -lt 40 ]; do
    find_java_target=$(readlink "$find_java_link") || return 0
    case $find_java_target in
      /*) find_java_link=$find_java_target ;;
      *) find_java_link=${find_java_link%/*}/$find_java_target ;;
    esac
    find_java_hops=$((find_java_hops + 1))
  done
  find_java_bin=$(CDPATH='' cd -- "${find_java_link%/*}" 2>/dev/null && pwd -P) || return 0
  printf '%s\n' "${find_java_bin%/bin}"
}

# Tries every JDK in one place where JDKs are kept, and takes the oldest that will do: it is nearest
# to the one Larder is tested with. /opt/jdk is a prefix rather than a folder.
find_java_in() {
  find_java_before=$LARDER_JAVA_SEEN
  find_java_best=
  find_java_best_version=
  case $1 in
    /opt/jdk) set -- "$1" /opt/jdk* ;;
    /Library/*) set -- "$1" "$1"/*/Contents/Home ;;
    *) set -- "$1" "$1"/* ;;
  esac
  find_java_label=$1
  shift
  for find_java_home in "$@"; do
    [ -r "$find_java_home/release" ] || continue
    if find_java_try "$find_java_label" "$find_java_home"; then
      if [ -z "$find_java_best" ] || [ "$find_java_version" -lt "$find_java_best_version" ]; then
        find_java_best=$find_java_home
        find_java_best_version=$find_java_version
      fi
    fi
  done
  LARDER_JAVA=$find_java_best
  [ -n "$find_java_best" ] && return 0
  if [ "$LARDER_JAVA_SEEN" = "$find_java_before" ]; then
    find_java_note "$find_java_label: none there"
  fi
  return 1
}

# Takes the Java at home $2 if it will do; otherwise notes why not, under the name $1.
find_java_try() {
  if [ -z "$2" ]; then
    find_java_note "$1: not set or not found"
    return 1
  fi
  find_java_version=$(find_java_major "$2")
  if [ -z "$find_java_version" ]; then
    find_java_note "$1: $2 is not a Java home"
  elif [ "$find_java_version" -lt "$LARDER_JAVA_MINIMUM" ]; then
    find_java_note "$1: $2 is Java $find_java_version"
  elif [ ! -x "$2/bin/java" ]; then
    find_java_note "$1: $2 has no bin/java"
  elif [ "$find_java_need" = jdk ] && [ ! -x "$2/bin/javac" ]; then
    find_java_note "$1: $2 cannot compile (no bin/javac)"
  else
    LARDER_JAVA=$2
    return 0
  fi
  return 1
}

# The major version of the Java at home $1: 25 for "25.0.3", 8 for "1.8.0_402", nothing if unknown.
find_java_major() {
  [ -r "$1/release" ] || return 0
  while IFS= read -r find_java_line || [ -n "$find_java_line" ]; do
    case $find_java_line in
      JAVA_VERSION=*)
        find_java_line=${find_java_line#JAVA_VERSION=}
        find_java_line=${find_java_line#\"}
        find_java_line=${find_java_line#1.}
        find_java_line=${find_java_line%%[!0-9]*}
        printf '%s\n' "$find_java_line"
        return 0
        ;;
    esac
  done <"$1/release"
}

find_java_note() {
  LARDER_JAVA_SEEN="${LARDER_JAVA_SEEN}  $1
"
}

# What to tell somebody whose machine has no Java that will do, on standard error.
find_java_complain() {
  if [ "${find_java_need:-jre}" = jdk ]; then
    printf 'larder: needs a JDK %s or newer to build itself; install one (for example Eclipse Temurin %s) or point LARDER_JAVA_HOME at it. Looked at:\n' \
      "$LARDER_JAVA_MINIMUM" "$LARDER_JAVA_MINIMUM" >&2
  else
    printf 'larder: needs Java %s or newer; install it (for example Eclipse Temurin %s) or point LARDER_JAVA_HOME at it. Looked at:\n' \
      "$LARDER_JAVA_MINIMUM" "$LARDER_JAVA_MINIMUM" >&2
  fi
  printf '%s' "$LARDER_JAVA_SEEN" >&2
}
