#include "common/log.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define SYSLOG_SOCKET "/dev/log"
#define FACILITY LOG_AUTHPRIV
/* A datagram of this size goes through every kernel's default socket buffer; longer values are cut. */
#define VALUE_MAXIMUM 4096
#define MESSAGE_MAXIMUM ((size_t)64 * 1024)
/* A log that has no room for so long does not hold a login up. */
#define SEND_TIMEOUT_US 100000

static bool send_to(const char *path, struct bytes message)
{
	const struct timeval timeout = {.tv_usec = SEND_TIMEOUT_US};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int socket_end = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent;

	if (socket_end < 0)
		return false;
	(void)setsockopt(socket_end, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	sent = bytes_to_text(bytes_of_text(path), address.sun_path, sizeof(address.sun_path)) &&
	       sendto(socket_end, message.data, message.len, MSG_NOSIGNAL, (const struct sockaddr *)&address,
	           sizeof(address)) >= 0;
	(void)close(socket_end);
	return sent;
}

/* Nothing that came from outside may begin a new line, a new field or a terminal's escape sequence. */
static bool put_value(const char *value, struct buffer *out)
{
	struct bytes rest = bytes_of_text(value), shown;
	uint8_t byte;

	if (!bytes_take(&rest, rest.len < VALUE_MAXIMUM ? rest.len : VALUE_MAXIMUM, &shown))
		return false;
	if (text_is_printable(shown))
		return buffer_put(out, shown, NULL);
	while (bytes_take_u8(&shown, &byte))
		if (!buffer_put_u8(out, byte < 0x20 || byte >= 0x7f ? '?' : byte, NULL))
			return false;
	return true;
}

static bool put_journal_field(const char *name, const char *value, struct buffer *out)
{
	return value == NULL ||
	       (buffer_put_format(out, NULL, "%s=", name) && put_value(value, out) && buffer_put_u8(out, '\n', NULL));
}

static bool put_journal(const struct log_event *event, struct buffer *out)
{
	bool done = buffer_put_format(out, NULL, "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_PID=%d\n",
	                LOG_PRI(event->priority), LOG_FAC(FACILITY), (int)getpid()) &&
	            put_journal_field("SYSLOG_IDENTIFIER", event->program, out) &&
	            put_journal_field("MESSAGE", event->sentence, out);

	for (size_t i = 0; done && i < event->num_fields; i++)
		done = put_journal_field(event->fields[i].name, event->fields[i].value, out);
	return done;
}

/* RFC 3164 4.1.2: the time as "Nov  4 13:05:09", in no language but English. */
static bool put_time(struct buffer *out)
{
	static const char months[12][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) != NULL &&
	       buffer_put_format(out, NULL, "%s %2d %02d:%02d:%02d", months[local.tm_mon], local.tm_mday, local.tm_hour,
	           local.tm_min, local.tm_sec);
}

static bool put_syslog(const struct log_event *event, struct buffer *out)
{
	bool done = buffer_put_format(out, NULL, "<%d>", FACILITY | LOG_PRI(event->priority)) && put_time(out) &&
	            buffer_put_format(out, NULL, " %s[%d]: ", event->program, (int)getpid()) &&
	            put_value(event->sentence, out);

	for (size_t i = 0; done && i < event->num_fields; i++)
		if (event->fields[i].value != NULL)
			done = buffer_put_format(out, NULL, " %s=", event->fields[i].name) &&
			       put_value(event->fields[i].value, out);
	return done;
}

void log_write(const struct log_event *event)
{
	struct buffer message = BUFFER_UP_TO(MESSAGE_MAXIMUM);

	if (!put_journal(event, &message) || !send_to(JOURNAL_SOCKET, buffer_bytes(&message))) {
		buffer_cut(&message, 0);
		if (put_syslog(event, &message))
			(void)send_to(SYSLOG_SOCKET, buffer_bytes(&message));
	}
	buffer_free(&message);
}
