# Obeys "SIGNAL PID..." lines until the JVM at the other end of standard input is gone, however it ended; then ends
# every process that works below the folder $1, and removes the folder. Runs as the servers' user, under any POSIX sh.
trap '' HUP INT TERM PIPE
while read -r signal pids; do
    kill -s "$signal" $pids 2>/dev/null
    echo $?
done

attempt=0
while [ $attempt -lt 200 ]; do
    attempt=$((attempt + 1))
    found=
    for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd" 2>/dev/null) in
            "$1"/*) found="$found ${process#/proc/}" ;;
        esac
    done
    [ -n "$found" ] || break
    kill -s KILL $found 2>/dev/null
    [ $attempt -lt 5 ] || sleep 0.05
done

# A killed PostgreSQL leaves a small System V segment; the seventh line of its pid file names it.
for file in "$1"/*/*/data/postmaster.pid; do
    segment=$(sed -n '7s/.* //p' "$file" 2>/dev/null)
    [ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
done
rm -rf "$1"
