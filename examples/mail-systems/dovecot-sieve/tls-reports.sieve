# /etc/dovecot/sieve/tls-reports.sieve: runs before the scripts of the users.
#
# With :copy the message also stays in INBOX, as an archive; without it a report leaves the mailbox
# once it is stored. A message that could not be stored stays in either case, unless somebody adds
# ":try": without :copy that throws it away.
require ["copy", "vnd.dovecot.pipe"];

if exists "TLS-Report-Domain"
{
    pipe :copy "tlsgauge-deliver";
}
