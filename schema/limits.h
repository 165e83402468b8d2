/* limits.h: every maximum that stands between tlsgauge and what comes from outside.
 *
 * One place, with the reason beside each figure. RFC 8460 5.2 names ten megabytes as the
 * commonly observed receiver limit for a compressed report; real reports are a few kilobytes.
 */
#pragma once

/* One mail message. Postfix accepts 10 MB by default; base64 makes a 10 MB part 13.7 MB. */
#define LIMIT_MESSAGE_BYTES (16u * 1024 * 1024)
/* One HTTPS body or one bare file, as it arrives (RFC 8460 5.2: ten megabytes). */
#define LIMIT_PAYLOAD_BYTES (10u * 1024 * 1024)
/* One report after inflating. The largest seen in the field is below 2 MB. */
#define LIMIT_INFLATED_BYTES (20u * 1024 * 1024)
/* Inflated to compressed size; deflate cannot pass 1032, real reports stay below 30. The ratio
 * is judged only above LIMIT_RATIO_FLOOR_BYTES, because tiny inputs compress freely. */
#define LIMIT_INFLATE_RATIO 200u
#define LIMIT_RATIO_FLOOR_BYTES (1024u * 1024)
/* Members of one gzip stream, entries of one zip archive. */
#define LIMIT_GZIP_MEMBERS 64u
#define LIMIT_ZIP_ENTRIES 64u

/* MIME: a report sits two or three levels deep; a forward of a forward adds two each. */
#define LIMIT_MIME_DEPTH 16u
#define LIMIT_MIME_PARTS 256u
/* Header octets and fields of one message that are looked at (Authentication-Results are long). */
#define LIMIT_HEADER_BYTES (256u * 1024)
#define LIMIT_AUTHRES_FIELDS 64u
#define LIMIT_REPORTS_PER_MESSAGE 64u

/* JSON. A report is four objects deep; anything past 32 is an attack on the parser's stack. */
#define LIMIT_JSON_DEPTH 32u
/* The parser keeps the document in memory: 20 MB of "{},{}," would take it 1.7 GB. 65,536 failure
 * details with nine members each, the most we take, are 600,000 values in 90,000 containers. */
#define LIMIT_JSON_VALUES 1048576u
#define LIMIT_JSON_CONTAINERS 131072u
#define LIMIT_POLICIES 4096u
#define LIMIT_FAILURE_DETAILS 65536u  /* over all policies of one report */
#define LIMIT_LIST_ITEMS 1024u        /* policy-string, mx-host */
#define LIMIT_NAME_BYTES 255u         /* a domain or host name, RFC 1035 2.3.4 */
#define LIMIT_TEXT_BYTES 1024u        /* organization-name, contact-info, report-id */
#define LIMIT_FREE_TEXT_BYTES 4096u   /* reason code, additional information, HELO: cut there */
#define LIMIT_POLICY_LINE_BYTES 4096u /* one element of policy-string: cut there */
/* RFC 7493 2.2: integers beyond this are not interoperable. */
#define LIMIT_COUNT 9007199254740991LL
/* Findings kept of one document; the rest is told as a number. */
#define LIMIT_FINDINGS 100u
/* The sentence of one finding: it quotes foreign text, and a terminal line or two are enough. */
#define LIMIT_FACT_BYTES 512u

/* Copies with different content under one claimed identity (organization-name, report-id,
 * start) that are kept. Report-ids are predictable, so anyone can make more. */
#define LIMIT_COPIES 32u
/* Quarantine: bytes kept of an entry that was too large to be taken at all, and the size and
 * number at which the oldest entries make room. */
#define LIMIT_QUARANTINE_CUT_BYTES (64u * 1024)
#define LIMIT_QUARANTINE_BYTES (512ull * 1024 * 1024)
#define LIMIT_QUARANTINE_ENTRIES 100000u

/* Items of one group commit, and what may wait for the writer (measured: 1,000 is the knee). */
#define LIMIT_GROUP_COMMIT 1000u
/* Milliseconds for which a group waits for more to share its commit: one whose senders wait for
 * their answers, and one of an import. */
#define LIMIT_GROUP_WAIT_MS 20
#define LIMIT_BULK_WAIT_MS 200
#define LIMIT_QUEUE_ITEMS 4096u
#define LIMIT_QUEUE_BYTES (64u * 1024 * 1024)

/* Threads that judge what came by HTTPS. */
#define LIMIT_HTTPS_THREADS 64
/* HTTPS: connections in all and an address, seconds without progress. */
#define LIMIT_HTTPS_CONNECTIONS 512u
#define LIMIT_HTTPS_CONNECTIONS_PER_ADDRESS 64u
#define LIMIT_HTTPS_TIMEOUT_SECONDS 30u
/* deliver gives up by itself before Postfix's command_time_limit (which bounces) can. */
#define LIMIT_DELIVER_SECONDS 60u
#define LIMIT_LOCK_WAIT_MS 10000
/* A configuration file or an IDN name longer than this is not one. */
#define LIMIT_CONFIG_BYTES (1024u * 1024)
/* HTTPS: the pool of one connection, for its request line, header fields and answer. The senders
 * known use less than 1 KiB; 500 idle connections cost 4 MB, and each request clears the pool. */
#define LIMIT_HTTPS_CONNECTION_MEMORY (8u * 1024)
/* A whole request, TLS handshake included, in units of the timeout without progress (one of which
 * a connection may be idle before it): one octet every few seconds must not hold a connection for
 * ever. With 30 s a body of ten megabytes needs 85 kB/s. The same for reading an answer. */
#define LIMIT_HTTPS_REQUEST_TIMEOUTS 4u
/* What is set aside for a body at once on the word of a Content-Length; beyond it, as it comes. */
#define LIMIT_BODY_START (64u * 1024)
/* A body, or a mail that comes by LMTP, is kept in memory up to here; beyond, in a file. The largest
 * report known has 100 KB when compressed. */
#define LIMIT_BODY_MEMORY_BYTES (128u * 1024)
/* Bodies over all connections of one road, in memory and on disk: 25 of the largest, 80,000 of the
 * usual. */
#define LIMIT_BODIES_BYTES (256u * 1024 * 1024)
/* Judging a large body takes several times its size, so they take turns. Those that may wait for it:
 * each takes some seconds at worst, and who sends gives up after minutes. */
#define LIMIT_LARGE_BODIES_WAITING 32u
/* Octets read and dropped after a body was refused while it came, so that the sender reads the
 * answer; then the connection is cut. */
#define LIMIT_HTTPS_DISCARD_BYTES LIMIT_PAYLOAD_BYTES
/* Connections that were refused before their body, read and dropped for some seconds after the
 * answer (RFC 9112 9.6): a close with unread octets would reset the connection, answer and all. */
#define LIMIT_HTTPS_LINGERING 64u
#define LIMIT_HTTPS_LINGER_SECONDS 5u
/* Certificates of one chain (real ones have four at most), octets of a PEM file. */
#define LIMIT_CERTIFICATE_CHAIN 16u
#define LIMIT_CERTIFICATE_BYTES (1024u * 1024)
/* Findings told to a peer in one answer. */
#define LIMIT_PROBLEM_FINDINGS 50u
/* Octets of one header field value that are read as a Content-Type or the like; and of a From
 * field, whose groups GMime reads by recursion. */
#define LIMIT_FIELD_VALUE_BYTES (16u * 1024)
#define LIMIT_ADDRESS_BYTES     2048u
/* Folders within folders that are walked: each holds a file descriptor open. */
#define LIMIT_FOLDER_DEPTH 64u

/* Dashboard: threads that make pages, each with a connection to the store of its own (two, so that
 * one dear page does not stop the others, and intake keeps a processor); connections, of which a
 * browser opens six; seconds without progress. */
#define LIMIT_DASHBOARD_THREADS 2u
#define LIMIT_DASHBOARD_CONNECTIONS 64u
#define LIMIT_DASHBOARD_CONNECTIONS_PER_ADDRESS 24u
#define LIMIT_DASHBOARD_TIMEOUT_SECONDS 20u
/* Octets of a path with its query, and of one value in it (a sender is an organization-name with
 * the domain that authenticated it). */
#define LIMIT_DASHBOARD_TARGET_BYTES 8192u
#define LIMIT_DASHBOARD_VALUE_BYTES 1400u
/* Days that one page may cover, rows of one page of a list, rows of one table of a page (the JSON
 * has no more either; a page says what it left out), octets of a raw report or entry that are shown.
 */
#define LIMIT_DASHBOARD_DAYS 400
#define LIMIT_DASHBOARD_ROWS 50u
#define LIMIT_DASHBOARD_TABLE_ROWS 200u
#define LIMIT_DASHBOARD_RAW_BYTES (256u * 1024)
/* Domains that the page of a sender shows with their charts and failures; the others have a row of a
 * table. Each takes some 50 KB of page, and a sender may know a thousand. */
#define LIMIT_DASHBOARD_SENDER_DOMAINS 12u
/* Domains whose verdict is remembered for a while. */
#define LIMIT_DASHBOARD_CACHED 10000u
/* Users of the dashboard; how long a verified password need not be hashed again; wrong passwords
 * from one address that are hashed at once, and how many more a minute; from all together; addresses
 * that are remembered for it. Guessing a word of a dictionary of 100,000 takes three weeks. */
#define LIMIT_USERS 1000u
#define LIMIT_USERS_CACHED 1000u
#define LIMIT_USERS_CACHE_SECONDS 600u
#define LIMIT_USERS_TRIES 5u
#define LIMIT_USERS_TRIES_PER_MINUTE 3u
#define LIMIT_USERS_TRIES_ALL 60u
#define LIMIT_USERS_ADDRESSES 4096u

/* LMTP (RFC 2033, RFC 5321 4.5.3.1): a command line (512 there; extensions add parameters), the
 * recipients of one message (100 there), wrong commands before we hang up, connections, seconds
 * without a byte and seconds for one message. */
#define LIMIT_LMTP_LINE_BYTES 2048u
#define LIMIT_LMTP_RECIPIENTS 1000u
#define LIMIT_LMTP_ERRORS 20u
#define LIMIT_LMTP_CONNECTIONS 100u
#define LIMIT_LMTP_TIMEOUT_SECONDS 60u
#define LIMIT_LMTP_MESSAGE_SECONDS 300u
/* Alerts: told one by one in one message, the rest as a number; senders named in one of them. */
#define LIMIT_ALERTS_TOLD 20u
#define LIMIT_ALERT_SENDERS 10u
/* Seconds that the command or the receiver of a webhook may be given by the configuration; a process
 * keeps others off what it tells for as long as all of its ways could take, and this much more. */
#define LIMIT_ALERT_SECONDS 120u
#define LIMIT_ALERT_CLAIM_SECONDS 60u
/* Seconds between two messages about alerts that nobody asked for by hand. */
#define LIMIT_ALERT_GAP_SECONDS 300u
/* Seconds in which a server that is told to stop waits for an alert that is just being told. */
#define LIMIT_ALERT_STOP_SECONDS 10u

/* Mail that we send. RFC 5322 2.1.1 wants short lines; more of a subject nobody reads. Recipients of
 * one message; seconds to connect, and for all of it. */
#define LIMIT_SUBJECT_BYTES 300u
#define LIMIT_MAIL_RECIPIENTS 100u
#define LIMIT_MAIL_CONNECT_SECONDS 30u
#define LIMIT_MAIL_SECONDS 120u
/* Octets of the answer of a mail server or of the receiver of a webhook that are kept. */
#define LIMIT_ANSWER_BYTES 1024u

/* Copies of one claim that are kept without trust although they count (each names another domain):
 * every copy that comes is weighed against all of them. */
#define LIMIT_COPIES_COUNTED 1024u
/* Rows of the daily roll-ups that one report may touch: all the failure details there may be, for
 * a few domains. Only an MX that serves thousands of domains could ask for more. */
#define LIMIT_ROLLUP_ROWS 262144u
/* Rows of each that a transaction adds up before it writes them: those of a large group, in 1.5 MB. */
#define LIMIT_ROLLUPS_HELD 16384u
/* Days back for which a store that is filled anew makes room one by one (PostgreSQL: 37 months with
 * three partitions each): odd reports may be of any day, and lie elsewhere. */
#define LIMIT_TRANSFER_DAYS 1100
/* One daily sum. Half of what 64 bits hold, so that adding to it never overflows. */
#define LIMIT_DAILY_SUM (G_GINT64_CONSTANT(1) << 62)
/* Names and policies that a store remembers between reports; it forgets all past it. */
#define LIMIT_INTERN_BYTES (16u * 1024 * 1024)

/* IMAP: messages and octets of one group, which is fetched by one command and stored in one
 * transaction: what an interruption can cost again, and what is kept in memory meanwhile. */
#define LIMIT_IMAP_GROUP_MESSAGES 250u
#define LIMIT_IMAP_GROUP_BYTES (32u * 1024 * 1024)
/* One response of the server but its literals. The longest is that to a SEARCH: 1.5 million UIDs. */
#define LIMIT_IMAP_RESPONSE_BYTES (16u * 1024 * 1024)
/* Literals of one response (a message body is one), responses to one command, UIDs of a search. */
#define LIMIT_IMAP_LITERALS 64u
#define LIMIT_IMAP_RESPONSES 4194304u
#define LIMIT_IMAP_CANDIDATES 4194304u
/* Seconds to connect, without an octet from the server, and for a search, during which many servers
 * read every header of the mailbox before they say a word. */
#define LIMIT_IMAP_CONNECT_SECONDS 30u
#define LIMIT_IMAP_IDLE_SECONDS 60u
#define LIMIT_IMAP_SEARCH_SECONDS 300u
/* Connections to one mailbox that are lost one after the other before a fetch gives up. */
#define LIMIT_IMAP_SESSIONS 3u
/* A password, or an OAuth token (real ones stay below 4 KiB); seconds for the command that gives
 * it. */
#define LIMIT_SECRET_BYTES (16u * 1024)
#define LIMIT_SECRET_SECONDS 60u

/* check. MX hosts of a domain and addresses of a host that are looked at: the largest providers
 * have five hosts with some ten addresses. */
#define LIMIT_CHECK_HOSTS 32u
#define LIMIT_CHECK_ADDRESSES 16u
/* The wait for one answer of the DNS, unless --timeout says another: some seconds are what an answer
 * from cold caches takes, with a silent name server among those asked. All questions about one
 * domain wait for so many times that together: some thirty quick ones, or few that nobody answers. */
#define LIMIT_CHECK_DNS_MS 10000u
#define LIMIT_CHECK_DNS_WAITS 6u
/* Addresses of name servers that --all-ns asks (the largest zones have 13 servers, each with two),
 * and those asked at a time; names of one address that --ptr looks up. */
#define LIMIT_CHECK_NAME_SERVERS 26u
#define LIMIT_CHECK_NAME_SERVERS_AT_A_TIME 13u
#define LIMIT_CHECK_PTR_NAMES 8u
/* MX hosts of one domain that are connected to at a time. */
#define LIMIT_CHECK_HOSTS_AT_A_TIME 4u
/* RFC 8461 3.3: a policy of more than 64 KiB may be refused. */
#define LIMIT_STS_POLICY_BYTES 65536u
/* SMTP replies that check reads: a line (RFC 5321 4.5.3.1.5 has 512, servers send more) and the
 * lines of one reply; the longest EHLO seen has 20. */
#define LIMIT_SMTP_LINE_BYTES 1000u
#define LIMIT_SMTP_REPLY_LINES 100u
/* One TLSA record: a whole certificate (matching type 0); TLSA records of one name. */
#define LIMIT_TLSA_BYTES (16u * 1024)
#define LIMIT_TLSA_RECORDS 64u
/* DNS names of one certificate that are looked at; public CAs stop at 100. */
#define LIMIT_CERTIFICATE_NAMES 1000u
/* Explanation: raw reports decoded for one problem and for all problems of a domain (each some tenth
 * of a millisecond); networks gathered and told of one problem (a hostile report has 65,536
 * addresses). */
#define LIMIT_EXPLAIN_REPORTS 1000u
#define LIMIT_EXPLAIN_REPORTS_ALL 5000u
#define LIMIT_EXPLAIN_ADDRESSES 4096u
#define LIMIT_EXPLAIN_NETWORKS 20u
/* Problems told apart for one domain: each costs a pass over the totals. */
#define LIMIT_EXPLAIN_PROBLEMS 100u
/* Looks at one domain that the store keeps: more than a year of one a day, and what is older tells
 * nothing of the policy of today (max_age is at most a year). */
#define LIMIT_CHECK_RUNS 500u

/* Metrics: octets of one label value, and the most senders of a domain and domains that may be told
 * apart: each pair is a dozen series, and Prometheus keeps every series in memory. */
#define LIMIT_METRICS_LABEL_BYTES 128u
#define LIMIT_METRICS_SENDERS 1000u
#define LIMIT_METRICS_DOMAINS 10000u
