# Words for the break scripts; stands in front of each. Run by root on a fresh guest with sh -eu.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# site PATH TARGET [PATH TARGET…]: what nginx passes on where. TARGET: http://…, or php for php-fpm's socket.
site() {
  generation=$(date +%s%N)
  {
    echo 'server {'
    echo '  listen [::]:80 ipv6only=off default_server;'
    echo '  server_name app.example.com;'
    echo "  location = /static { return 200 \"$generation\"; }"
    while [ $# -gt 0 ]; do
      if [ "$2" = php ]; then
        echo "  location $1 {"
        echo '    fastcgi_param SCRIPT_FILENAME /var/www/html/index.php;'
        echo '    fastcgi_param REQUEST_METHOD $request_method;'
        echo '    fastcgi_pass unix:/run/php/php8.2-fpm.sock;'
        echo '  }'
      else
        echo "  location $1 { proxy_pass $2; }"
      fi
      shift 2
    done
    echo '}'
  } >/etc/nginx/conf.d/app.conf
  nginx -s reload
  # The signal returns before the new workers are there. /static is answered by any configuration without an upstream.
  until [ "$(curl -s http://127.0.0.1/static)" = "$generation" ]; do sleep 0.2; done
}

# upstream PORT…: an application on each, now and after a reboot.
upstream() {
  for port; do systemctl -q enable --now "app@$port"; done
  for port; do until curl -s -o /dev/null "http://127.0.0.1:$port/"; do sleep 0.2; done; done
}

# php [DIRECTIVE…]: php-fpm, whose pool gets these lines.
php() {
  for line; do echo "$line" >>/etc/php/8.2/fpm/pool.d/www.conf; done
  mkdir -p /var/www/html
  echo '<?php echo "hello from php\n";' >/var/www/html/index.php
  restorecon -R /var/www 2>/dev/null || true
  systemctl -q enable --now php8.2-fpm
}

# request [PATH]: as a client does; the answer doesn't matter.
request() { curl -s -o /dev/null "http://127.0.0.1${1:-/}"; }
