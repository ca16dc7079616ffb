# Sourced by the scripts that run a program of this repository: finds a JDK, and builds when sources changed.
# Expects $root, the repository, and $program, the name that goes before an error.

fail() {
  echo "$program: $1" >&2
  exit 1
}

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || fail "no java found: install a JDK 17 or later, or set JAVA_HOME to one"
release=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
[[ $release =~ ^[0-9]+$ && $release -ge 17 ]] || fail "$java is Java ${release:-of an unknown version}; a JDK 17 or later is needed"

# build MODULE BUILT JARS: packages a module and what it depends on, unless the jars are there and nothing is newer than
# the file BUILT: the modules in whose jars the programs are, or how they are built.
build() {
  is_fresh "$@" && return
  command -v mvn >/dev/null || fail "no mvn found: install Maven 3.8.6 or later"
  echo "Building (with an empty Maven repository this downloads for some minutes) ..." >&2
  (cd "$root" && mvn -q -Dmaven.test.skip -Dunit.skip -Denforcer.skip -Djacoco.skip package -pl "$1" -am >&2) ||
    fail "the build failed"
  touch "$2"
}

is_fresh() {
  [[ -s $2 ]] || return 1
  local jar jars
  IFS=: read -ra jars <<<"$3"
  for jar in "${jars[@]}"; do
    [[ -e $jar ]] || return 1
  done
  [[ -z $(find "$root"/pom.xml "$root"/{ha-core,ha-testkit,ha-postgres,ha-redis,ha-elasticsearch,"$1"}/{pom.xml,src/main} \
    -newer "$2" -print -quit) ]]
}
