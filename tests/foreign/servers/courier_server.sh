# Serve POP3 on port $1 of 127.0.0.1, and over TLS on port $2, as Courier's own scripts do it. Each line of
# /etc/courier/people is a name, a tab and a password; userdbpw makes what the mechanisms need of a password.
set -eu
people=/etc/courier/people
userdb=/etc/courier/userdb
login=/usr/lib/courier/courier/courierpop3login
serve=/usr/lib/courier/courier/courierpop3d

umask 077
while IFS="$(printf '\t')" read -r name password; do
    printf '%s\tuid=0|gid=0|home=/var/mail/%s|mail=/var/mail/%s/Maildir' "$name" "$name" "$name"
    printf '|systempw=%s' "$(echo "$password" | userdbpw -md5)"
    for hash in md5 sha1 sha256; do
        printf '|hmac-%spw=%s' $hash "$(echo "$password" | userdbpw -hmac-$hash)"
    done
    echo
done <$people >$userdb
makeuserdb

set -a
. /etc/courier/authdaemonrc
. /etc/courier/pop3d
set +a
mkdir -p "$authdaemonvar"
/usr/lib/courier/courier-authlib/authdaemond &
until [ -S "$authdaemonvar/socket" ]; do
    kill -0 $!
    sleep 0.02
done
common="-address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup"
# shellcheck disable=SC2086 # one word an option
POP3_TLS=1 POP3_STARTTLS=NO POP3_TLS_REQUIRED=0 \
    couriertcpd $common "$2" "$COURIERTLS" -server -tcpd "$login" "$serve" Maildir &
# shellcheck disable=SC2086 # likewise
exec couriertcpd $common "$1" "$login" "$serve" Maildir
