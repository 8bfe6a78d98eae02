/*
 * A client for tests, with libwebsockets, of an echo server on 127.0.0.1.
 *
 * Arguments: the port, and "deflate" or "plain". Sends a message of each size as text and as
 * binary, then one in three fragments, and wants each back; pings and wants the pong; closes with
 * 4001. Prints "ok", or what went wrong, and then exits with 1.
 *
 * With "deflate" nothing that is sent is empty, and there is no ping: libwebsockets 4.1 ends the
 * process when it is to compress nothing, and does not tell of pongs where it has to decompress.
 */
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

static const size_t sizes[] = { 0, 1, 125, 126, 127, 65535, 65536, 1048576 };
#define MESSAGES (2 * sizeof sizes / sizeof sizes[0])
#define LARGEST 1048576

static unsigned char out[LWS_PRE + LARGEST];
static unsigned char in[LARGEST];
static size_t received, sent_fragments, step;
static int is_deflating, is_sending, is_done, has_pong, has_closed;
static const char *failure;
static struct lws_context *context;

static size_t size_of_step(void)
{
	return step < MESSAGES ? sizes[step / 2] : 90000;
}

static int is_text(void)
{
	return step < MESSAGES ? step % 2 == 0 : 1;
}

static void fill(void)
{
	size_t i, size = size_of_step();

	for (i = 0; i < size; i++)
		out[LWS_PRE + i] = is_text() ? 'a' + (i + step) % 26 : (i * 31 + step) % 251;
}

static int fail(const char *why)
{
	failure = why;
	is_done = 1;
	return -1;
}

/* The message of this step in one frame; the last step's in three, one of them empty. */
static int send_message(struct lws *wsi)
{
	size_t size = size_of_step(), half = size / 2;
	int type = is_text() ? LWS_WRITE_TEXT : LWS_WRITE_BINARY;

	if (sent_fragments == 0)
		fill();
	if (step < MESSAGES) {
		is_sending = 0;
		return lws_write(wsi, out + LWS_PRE, size, type) < 0 ? fail("write") : 0;
	}
	switch (sent_fragments++) {
	case 0:
		type |= LWS_WRITE_NO_FIN;
		if (lws_write(wsi, out + LWS_PRE, half, type) < 0)
			return fail("write of the first fragment");
		break;
	case 1:
		/* lws needs room in front of what it writes, so the rest moves to the start. */
		memmove(out + LWS_PRE, out + LWS_PRE + half, size - half);
		type = LWS_WRITE_CONTINUATION | LWS_WRITE_NO_FIN;
		if (!is_deflating && lws_write(wsi, out + LWS_PRE, 0, type) < 0)
			return fail("write of the empty fragment");
		break;
	default:
		is_sending = 0;
		if (lws_write(wsi, out + LWS_PRE, size - half, LWS_WRITE_CONTINUATION) < 0)
			return fail("write of the last fragment");
	}
	if (is_sending)
		lws_callback_on_writable(wsi);
	return 0;
}

/* Goes on when the whole message of this step has come back. */
static int check_message(struct lws *wsi)
{
	if (received != size_of_step())
		return fail("a message came back with another length");
	fill();
	if (memcmp(in, out + LWS_PRE, received) != 0)
		return fail("a message came back with other bytes");
	received = 0;
	sent_fragments = 0;
	step++;
	is_sending = 1;
	lws_callback_on_writable(wsi);
	return 0;
}

static int on_writable(struct lws *wsi)
{
	unsigned char *ping = out + LWS_PRE;

	if (step <= MESSAGES)
		return is_sending ? send_message(wsi) : 0;
	if (!has_pong) {
		memcpy(ping, "hello", 5);
		return lws_write(wsi, ping, 5, LWS_WRITE_PING) < 0 ? fail("ping") : 0;
	}
	has_closed = 1;
	lws_close_reason(wsi, 4001, (unsigned char *)"done", 4);
	return -1;
}

static int on_received(struct lws *wsi, const void *data, size_t length)
{
	/* A compressed message ends with a call that brings nothing, also when it was complete before. */
	if (length == 0 && received == 0 && size_of_step() > 0)
		return 0;
	if (received + length > sizeof in)
		return fail("more came back than was sent");
	if (!!lws_frame_is_binary(wsi) == is_text())
		return fail("a message came back as another type");
	memcpy(in + received, data, length);
	received += length;
	if (lws_is_final_fragment(wsi) && lws_remaining_packet_payload(wsi) == 0)
		return check_message(wsi);
	return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *data, size_t length)
{
	(void)user;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		return fail(data ? (const char *)data : "the connection failed");
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		is_sending = 1;
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return on_writable(wsi);
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return on_received(wsi, data, length);
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		if (length != 5 || memcmp(data, "hello", 5) != 0)
			return fail("the pong says something else than the ping");
		has_pong = 1;
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		is_done = 1;
		lws_cancel_service(context);
		return 0;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ "echo", callback, 0, 65536, 0, NULL, 0 },
	{ NULL, NULL, 0, 0, 0, NULL, 0 }
};

static const struct lws_extension extensions[] = {
	{ "permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate; client_max_window_bits" },
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	struct lws_context_creation_info info = { 0 };
	struct lws_client_connect_info target = { 0 };

	if (argc != 3)
		return 2;
	lws_set_log_level(LLL_ERR, NULL);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	is_deflating = strcmp(argv[2], "deflate") == 0;
	if (is_deflating) {
		info.extensions = extensions;
		step = 2;
		has_pong = 1;
	}
	context = lws_create_context(&info);
	if (context == NULL)
		return 2;

	target.context = context;
	target.address = target.host = "127.0.0.1";
	target.port = atoi(argv[1]);
	target.path = "/";
	target.protocol = "echo";
	if (lws_client_connect_via_info(&target) == NULL && failure == NULL)
		fail("it did not start to connect");
	while (!is_done && lws_service(context, 0) >= 0)
		;
	lws_context_destroy(context);

	if (failure == NULL && !has_closed)
		failure = "the connection ended early";
	printf("%s\n", failure == NULL ? "ok" : failure);
	return failure == NULL ? 0 : 1;
}
