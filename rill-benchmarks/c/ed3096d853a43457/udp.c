/*
 * Receives datagrams and counts them: one multishot receive, each datagram in a whole buffer, as
 * an incremental one would cut those that come at its end.
 */
#include "server.h"

#include <errno.h>

static void arm(struct server *server)
{
    struct io_uring_sqe *sqe = ring_sqe(&server->ring);
    sqe->opcode = IORING_OP_RECV;
    sqe->fd = server->listener;
    sqe->ioprio = RECV_MULTISHOT;
    sqe->flags = IOSQE_BUFFER_SELECT;
}

const char *udp_open(struct server *server, int *error)
{
    const struct options *options = server->options;
    *error = ring_open(&server->ring, 64, 4096);
    if (*error < 0) {
        return "io_uring_setup";
    }
    *error = buffers_open(&server->buffers, &server->ring, options->buffers, options->buffers,
                          options->buffer_size, true);
    if (*error < 0) {
        return "a ring of provided buffers";
    }
    arm(server);
    return NULL;
}

void udp_run(struct server *server)
{
    struct ring *ring = &server->ring;
    unsigned head = *ring->cq_head;
    while (true) {
        ring_enter(ring, 1, 0);
        unsigned tail = ring_ready(ring);
        bool armed = true;
        for (; head != tail; head++) {
            struct io_uring_cqe *cqe = &ring->cqes[head & ring->cq_mask];
            if (cqe->flags & IORING_CQE_F_BUFFER) {
                buffers_settle(&server->buffers, cqe->flags >> IORING_CQE_BUFFER_SHIFT, cqe->res,
                               cqe->flags);
            }
            if (cqe->res >= 0) {
                server->bytes_received += (uint64_t) cqe->res;
                server->datagrams++;
            }
            armed = cqe->flags & IORING_CQE_F_MORE;
        }
        buffers_publish(&server->buffers);
        ring_seen(ring, head);
        if (!armed) {
            arm(server);
        }
    }
}
