/*
 * Echo, sink and proxy: one multishot receive a connection, and replies that are sent from the
 * memory they were received into, neighbouring parts as one.
 *
 * Echo and proxy are one program: each end has another one to which its bytes go, and the end of
 * an echo is its own other end.
 */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNSENT_HIGH (256 * 1024)
#define UNSENT_LOW (64 * 1024)
#define VECTORS 16
#define FILES_MAX 32768
/* Waiting for a whole batch pays with few connections, and must not wait for a peer that has
 * stopped reading: it is bounded in time, and given up for a while when that was not enough. */
#define BATCH_CONNECTIONS_MAX 256
#define BATCH_NANOS 1000000
#define BATCH_PAUSE_TURNS 1024

enum { OP_ACCEPT, OP_RECEIVE, OP_SEND, OP_CONNECT, OP_CLOSE, OP_CANCEL };

struct part {
    uint8_t *at;
    uint32_t length;
    uint32_t bid;
};

struct end {
    uint32_t slot;
    int fd; /* an index of the registered files where the role has them */
    struct end *other;
    struct end *next; /* in a list of those to be flushed */
    struct end *next_parked;
    unsigned in_flight;
    bool connected;
    bool armed;
    bool braked;
    bool cancelling;
    bool parked;
    bool listed;
    bool sending;
    bool input_ended;
    bool output_ended;
    bool broken; /* nothing more can be sent here */
    bool closing;
    bool closed;
    struct part *parts; /* a ring, a power of two */
    uint32_t head;
    uint32_t tail;
    uint32_t capacity;
    uint64_t unsent;
    struct msghdr message;
    struct iovec vectors[VECTORS];
};

struct tcp {
    struct server *server;
    bool direct; /* accepted sockets are registered files and have no descriptor */
    bool accepting;
    struct end **ends;
    uint32_t capacity;
    uint32_t *free_slots;
    uint32_t free_count;
    uint32_t connections;
    struct end *flushing;
    struct end *parked;
    unsigned sends;
};

static struct io_uring_sqe *request(struct tcp *tcp, unsigned opcode, int fd, unsigned op,
                                    struct end *end)
{
    struct io_uring_sqe *sqe = ring_sqe(&tcp->server->ring);
    sqe->opcode = (uint8_t) opcode;
    sqe->fd = fd;
    if (end != NULL) {
        sqe->user_data = (uint64_t) end->slot << 8 | op;
        sqe->flags = tcp->direct ? IOSQE_FIXED_FILE : 0;
        end->in_flight += op != OP_CANCEL;
    } else {
        sqe->user_data = op;
    }
    return sqe;
}

static void list(struct tcp *tcp, struct end *end)
{
    if (!end->listed) {
        end->listed = true;
        end->next = tcp->flushing;
        tcp->flushing = end;
    }
}

/* ---- ends ---------------------------------------------------------------------------------- */

static void *must(void *memory)
{
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static struct end *end_open(struct tcp *tcp, int fd)
{
    if (tcp->free_count == 0) {
        uint32_t old = tcp->capacity;
        tcp->capacity = old == 0 ? 1024 : 2 * old;
        tcp->ends = must(realloc(tcp->ends, tcp->capacity * sizeof *tcp->ends));
        tcp->free_slots = must(realloc(tcp->free_slots, tcp->capacity * sizeof(uint32_t)));
        for (uint32_t slot = tcp->capacity; slot > old; slot--) {
            tcp->ends[slot - 1] = must(calloc(1, sizeof(struct end)));
            tcp->free_slots[tcp->free_count++] = slot - 1;
        }
    }
    uint32_t slot = tcp->free_slots[--tcp->free_count];
    struct end *end = tcp->ends[slot];
    struct part *parts = end->parts;
    uint32_t capacity = end->capacity;
    memset(end, 0, sizeof *end);
    end->parts = parts;
    end->capacity = capacity;
    end->slot = slot;
    end->fd = fd;
    tcp->connections++;
    return end;
}

static void end_free(struct tcp *tcp, struct end *end)
{
    tcp->free_slots[tcp->free_count++] = end->slot;
    tcp->connections--;
}

static void drop_parts(struct tcp *tcp, struct end *end)
{
    for (; end->head != end->tail; end->head++) {
        buffers_release(&tcp->server->buffers,
                        end->parts[end->head & (end->capacity - 1)].bid);
    }
    end->unsent = 0;
}

static void cancel_receive(struct tcp *tcp, struct end *end)
{
    if (end->armed && !end->cancelling) {
        end->cancelling = true;
        struct io_uring_sqe *sqe = request(tcp, IORING_OP_ASYNC_CANCEL, -1, OP_CANCEL, end);
        sqe->flags = 0;
        sqe->addr = (uint64_t) end->slot << 8 | OP_RECEIVE;
    }
}

/* Nothing more can be sent to this end, so nothing more is wanted of the other one. */
static void break_output(struct tcp *tcp, struct end *end)
{
    if (!end->broken) {
        end->broken = true;
        end->output_ended = true;
        if (!end->sending) { /* the kernel may still read what is being sent */
            drop_parts(tcp, end);
        }
        if (end->other != NULL) {
            end->other->input_ended = true;
            cancel_receive(tcp, end->other);
            list(tcp, end->other);
        }
        list(tcp, end);
    }
}

/* ---- receiving ----------------------------------------------------------------------------- */

static void arm(struct tcp *tcp, struct end *end)
{
    if (!end->connected || end->armed || end->braked || end->parked || end->input_ended) {
        return;
    }
    struct io_uring_sqe *sqe = request(tcp, IORING_OP_RECV, end->fd, OP_RECEIVE, end);
    sqe->ioprio = RECV_MULTISHOT;
    sqe->flags |= IOSQE_BUFFER_SELECT;
    end->armed = true;
    end->cancelling = false;
}

static void add_part(struct tcp *tcp, struct end *end, uint8_t *at, uint32_t length, uint32_t bid)
{
    if (end->head != end->tail) {
        struct part *last = &end->parts[(end->tail - 1) & (end->capacity - 1)];
        if (last->bid == bid && last->at + last->length == at) {
            last->length += length;
            return;
        }
    }
    if (end->tail - end->head == end->capacity) {
        uint32_t capacity = end->capacity == 0 ? 8 : 2 * end->capacity;
        struct part *parts = must(malloc(capacity * sizeof *parts));
        uint32_t count = end->tail - end->head;
        for (uint32_t i = 0; i < count; i++) {
            parts[i] = end->parts[(end->head + i) & (end->capacity - 1)];
        }
        free(end->parts);
        end->parts = parts;
        end->capacity = capacity;
        end->head = 0;
        end->tail = count;
    }
    end->parts[end->tail++ & (end->capacity - 1)] = (struct part) {at, length, bid};
    tcp->server->buffers.references[bid]++;
}

static void pass_on(struct tcp *tcp, struct end *end, uint8_t *at, uint32_t length, uint32_t bid)
{
    struct end *to = end->other;
    if (to == NULL || to->broken) {
        return;
    }
    add_part(tcp, to, at, length, bid);
    to->unsent += length;
    list(tcp, to);
    if (to->unsent > UNSENT_HIGH && !end->braked) {
        end->braked = true;
        cancel_receive(tcp, end);
    }
}

static void received(struct tcp *tcp, struct end *end, int res, unsigned flags)
{
    struct server *server = tcp->server;
    if (!(flags & IORING_CQE_F_MORE)) {
        end->armed = false;
        end->in_flight--;
    }
    if (flags & IORING_CQE_F_BUFFER) {
        unsigned bid = flags >> IORING_CQE_BUFFER_SHIFT;
        if (res > 0) {
            uint8_t *at = buffers_received(&server->buffers, bid, (uint32_t) res);
            server->bytes_received += (uint64_t) res;
            pass_on(tcp, end, at, (uint32_t) res, bid);
        }
        buffers_settle(&server->buffers, bid, res, flags);
    }
    if (res == 0) {
        end->input_ended = true;
    } else if (res == -ENOBUFS) {
        end->parked = true;
        end->next_parked = tcp->parked;
        tcp->parked = end;
    } else if (res < 0 && res != -ECANCELED && res != -EINTR && res != -EAGAIN) {
        end->input_ended = true; /* what came before still goes to the other end */
        break_output(tcp, end);
    }
    if (!end->armed) {
        list(tcp, end);
        if (end->other != NULL) {
            list(tcp, end->other);
        }
    }
}

/* ---- sending ------------------------------------------------------------------------------- */

static void send_parts(struct tcp *tcp, struct end *end)
{
    uint32_t count = end->tail - end->head;
    bool vectored = count > 1;
    struct io_uring_sqe *sqe = request(tcp, vectored ? IORING_OP_SENDMSG : IORING_OP_SEND,
                                       end->fd, OP_SEND, end);
    sqe->msg_flags = MSG_NOSIGNAL | MSG_WAITALL;
    if (vectored) {
        count = count < VECTORS ? count : VECTORS;
        for (uint32_t i = 0; i < count; i++) {
            struct part *part = &end->parts[(end->head + i) & (end->capacity - 1)];
            end->vectors[i] = (struct iovec) {part->at, part->length};
        }
        end->message.msg_iov = end->vectors;
        end->message.msg_iovlen = count;
        sqe->addr = (uint64_t) &end->message;
        sqe->len = 1;
    } else {
        struct part *part = &end->parts[end->head & (end->capacity - 1)];
        sqe->addr = (uint64_t) part->at;
        sqe->len = part->length;
    }
    end->sending = true;
    tcp->sends++;
}

static void sent(struct tcp *tcp, struct end *end, int res)
{
    end->in_flight--;
    end->sending = false;
    list(tcp, end);
    if (res < 0 && res != -EINTR && res != -EAGAIN) {
        break_output(tcp, end);
    }
    if (end->broken) {
        drop_parts(tcp, end);
        return;
    }
    /* A short send leaves a rest, which goes next; parts that grew meanwhile have one as well. */
    uint32_t left = res > 0 ? (uint32_t) res : 0;
    end->unsent -= left;
    while (left > 0) {
        struct part *part = &end->parts[end->head & (end->capacity - 1)];
        if (left < part->length) {
            part->at += left;
            part->length -= left;
            break;
        }
        left -= part->length;
        buffers_release(&tcp->server->buffers, part->bid);
        end->head++;
    }
    if (end->unsent <= UNSENT_LOW && end->other->braked) {
        end->other->braked = false;
        list(tcp, end->other);
    }
}

/* ---- the end ------------------------------------------------------------------------------- */

static void end_output(struct tcp *tcp, struct end *end)
{
    end->output_ended = true;
    if (end->other != end && !end->input_ended) {
        shutdown(end->fd, SHUT_WR);
    }
    list(tcp, end);
}

static void close_end(struct tcp *tcp, struct end *end)
{
    end->closing = true;
    struct io_uring_sqe *sqe = request(tcp, IORING_OP_CLOSE, end->fd, OP_CLOSE, end);
    sqe->flags = 0;
    if (tcp->direct) {
        sqe->fd = 0;
        sqe->file_index = (uint32_t) end->fd + 1;
    }
}

static void closed(struct tcp *tcp, struct end *end)
{
    end->in_flight--;
    end->closed = true;
    struct end *other = end->other;
    if (other == NULL || other == end) {
        end_free(tcp, end);
    } else if (other->closed) {
        end_free(tcp, end);
        end_free(tcp, other);
    }
}

/* Does what an end is due: sends, passes an end of input on, receives again, closes. */
static void update(struct tcp *tcp, struct end *end)
{
    if (end->closing) {
        return;
    }
    bool source_ended = end->other == NULL ? end->input_ended
                                           : end->other->input_ended && !end->other->armed;
    if (!end->sending && !end->broken && end->head != end->tail) {
        send_parts(tcp, end);
    } else if (!end->sending && end->head == end->tail && source_ended && !end->output_ended
               && end->connected) {
        end_output(tcp, end);
    }
    arm(tcp, end);
    if (end->input_ended && end->output_ended && end->in_flight == 0 && !end->parked) {
        close_end(tcp, end);
    }
}

/* ---- beginning ----------------------------------------------------------------------------- */

static void accept_more(struct tcp *tcp)
{
    struct io_uring_sqe *sqe = request(tcp, IORING_OP_ACCEPT, tcp->server->listener, OP_ACCEPT,
                                       NULL);
    sqe->ioprio = ACCEPT_MULTISHOT;
    if (tcp->direct) {
        sqe->file_index = FILE_INDEX_ANY;
    } else {
        sqe->accept_flags = SOCK_CLOEXEC;
    }
    tcp->accepting = true;
}

static void connect_other(struct tcp *tcp, struct end *near)
{
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct end *far = end_open(tcp, fd);
    near->other = far;
    far->other = near;
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    struct io_uring_sqe *sqe = request(tcp, IORING_OP_CONNECT, fd, OP_CONNECT, far);
    sqe->addr = (uint64_t) &tcp->server->options->connect;
    sqe->off = sizeof(struct sockaddr_in);
}

static void connected(struct tcp *tcp, struct end *end, int res)
{
    end->in_flight--;
    end->connected = true;
    end->other->connected = true;
    if (res < 0) {
        end->input_ended = true;
        end->other->input_ended = true;
        break_output(tcp, end);
        break_output(tcp, end->other);
    }
    list(tcp, end);
    list(tcp, end->other);
}

static void accepted(struct tcp *tcp, int res, unsigned flags)
{
    tcp->accepting = flags & IORING_CQE_F_MORE;
    if (res >= 0) {
        struct end *end = end_open(tcp, res);
        switch (tcp->server->options->role) {
            case PROXY:
                connect_other(tcp, end);
                break;
            case ECHO:
                end->other = end;
                end->connected = true;
                break;
            default:
                end->connected = true;
                break;
        }
        list(tcp, end);
    }
    bool full = res == -ENFILE || res == -EMFILE;
    if (!tcp->accepting && !(full && tcp->connections > 0)) {
        accept_more(tcp); /* otherwise when a connection has gone */
    }
}

/* ---- the loop ------------------------------------------------------------------------------ */

static void dispatch(struct tcp *tcp, struct io_uring_cqe *cqe)
{
    unsigned op = cqe->user_data & 0xff;
    struct end *end = op == OP_ACCEPT ? NULL : tcp->ends[cqe->user_data >> 8];
    switch (op) {
        case OP_ACCEPT:
            accepted(tcp, cqe->res, cqe->flags);
            break;
        case OP_RECEIVE:
            received(tcp, end, cqe->res, cqe->flags);
            break;
        case OP_SEND:
            sent(tcp, end, cqe->res);
            break;
        case OP_CONNECT:
            connected(tcp, end, cqe->res);
            break;
        case OP_CLOSE:
            closed(tcp, end);
            if (!tcp->accepting) {
                accept_more(tcp);
            }
            break;
        default:
            break; /* what was cancelled has a completion of its own */
    }
}

/* Receives that found no buffer begin again when there is one. */
static void unpark(struct tcp *tcp)
{
    struct end *parked = tcp->parked;
    tcp->parked = NULL;
    for (struct end *end = parked; end != NULL; end = end->next_parked) {
        end->parked = false;
        list(tcp, end);
    }
}

static void update_all(struct tcp *tcp)
{
    while (tcp->flushing != NULL) {
        struct end *end = tcp->flushing;
        tcp->flushing = end->next;
        end->listed = false;
        update(tcp, end);
    }
}

void tcp_run(struct server *server)
{
    struct tcp *tcp = server->tcp;
    struct ring *ring = &server->ring;
    unsigned head = *ring->cq_head;
    unsigned pause = 0;
    accept_more(tcp);
    while (true) {
        bool batch = server->options->batch_wait && tcp->sends > 0 && pause == 0
                     && tcp->connections <= BATCH_CONNECTIONS_MAX;
        int result = batch ? ring_enter(ring, 1 + tcp->sends, BATCH_NANOS)
                           : ring_enter(ring, 1, 0);
        if (batch && result == -ETIME) {
            pause = BATCH_PAUSE_TURNS;
        } else if (pause > 0) {
            pause--;
        }
        tcp->sends = 0;
        unsigned tail = ring_ready(ring);
        for (; head != tail; head++) {
            dispatch(tcp, &ring->cqes[head & ring->cq_mask]);
        }
        /* Before the completions are given back, so that none outruns its buffer. */
        unsigned published = buffers_publish(&server->buffers);
        ring_seen(ring, head);
        if (tcp->parked != NULL && (published > 0 || server->buffers.lent > 0)) {
            unpark(tcp);
        }
        update_all(tcp);
    }
}

static int register_files(struct ring *ring)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    uint32_t files = limit.rlim_cur < FILES_MAX ? (uint32_t) limit.rlim_cur : FILES_MAX;
    struct io_uring_rsrc_register registration = {.nr = files,
                                                  .flags = IORING_RSRC_REGISTER_SPARSE};
    return ring_register(ring, IORING_REGISTER_FILES2, &registration, sizeof registration);
}

const char *tcp_open(struct server *server, int *error)
{
    const struct options *options = server->options;
    *error = ring_open(&server->ring, 1024, 8192);
    if (*error < 0) {
        return "io_uring_setup";
    }
    *error = buffers_open(&server->buffers, &server->ring, options->buffers,
                          options->buffers_max, options->buffer_size, false);
    if (*error < 0) {
        return "a buffer ring with incremental consumption";
    }
    *error = register_files(&server->ring);
    if (*error < 0) {
        return "a table of files";
    }
    server->tcp = must(calloc(1, sizeof(struct tcp)));
    server->tcp->server = server;
    server->tcp->direct = options->role != PROXY;
    return NULL;
}
