# A daemon that loads its configuration at each SIGHUP, and counts.
cd "$1" || exit
loads=0
load() {
  loads=$((loads + 1))
  echo "$loads" >worker.loaded
}
trap load HUP
echo $$ >worker.pid
load
while :; do
  sleep 0.05 &
  wait $!
done
