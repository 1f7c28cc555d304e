/*
 * A ring of io_uring by system calls alone, and a ring of provided buffers with incremental
 * consumption: as little as a server can do with, so that what is left is the kernel's cost.
 */
#ifndef RING_H
#define RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the headers of older systems do not have yet; the numbers are the kernel's. */
#define SETUP_SINGLE_ISSUER (1U << 12)
#define SETUP_DEFER_TASKRUN (1U << 13)
#define SETUP_NO_SQARRAY (1U << 16)
#define REGISTER_RING_FDS 20
#define ENTER_REGISTERED_RING (1U << 4)
#define BUF_RING_INC 2 /* 6.12 */
#define CQE_BUF_MORE (1U << 4)
#define RECV_MULTISHOT (1U << 1)
#define ACCEPT_MULTISHOT (1U << 0)
#define FILE_INDEX_ANY (~0U)

struct ring {
    int fd;       /* the descriptor */
    int enter_fd; /* its index when it is registered */
    unsigned enter_flags;

    unsigned *sq_head;
    unsigned *sq_tail;
    unsigned sq_mask;
    unsigned sq_entries;
    unsigned sq_filled;    /* our tail */
    unsigned sq_submitted; /* what the kernel has been told of */
    struct io_uring_sqe *sqes;

    unsigned *cq_head;
    unsigned *cq_tail;
    unsigned cq_mask;
    struct io_uring_cqe *cqes;

    uint64_t enters;
};

/* Answers 0 or -errno. */
int ring_open(struct ring *ring, unsigned sq_entries, unsigned cq_entries);
int ring_register(struct ring *ring, unsigned opcode, void *argument, unsigned count);

/* Submits everything and waits; a timeout of 0 waits for ever. Answers 0, -ETIME or -errno. */
int ring_enter(struct ring *ring, unsigned wait_count, uint64_t timeout_nanos);

/* An empty entry; submits without waiting when the queue is full. */
struct io_uring_sqe *ring_sqe(struct ring *ring);

static inline unsigned ring_ready(struct ring *ring)
{
    return __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE);
}

static inline void ring_seen(struct ring *ring, unsigned head)
{
    __atomic_store_n(ring->cq_head, head, __ATOMIC_RELEASE);
}

/*
 * Receive buffers. `lent` are the kernel's now, `pinned` hold bytes that are still to be sent, the
 * rest lies on a stack, the warmest on top. Lent and pinned together stay at `wanted`, which fits
 * into a cache, unless the kernel would run short.
 */
struct buffers {
    struct io_uring_buf_ring *ring;
    uint16_t tail;
    uint16_t mask;
    uint8_t *memory;
    uint32_t size;
    uint32_t wanted;
    uint32_t count;
    uint32_t lent;
    uint32_t free_count;
    uint32_t untouched; /* buffers never lent so far, from this number on */
    uint16_t *free;
    uint32_t *offsets;
    uint32_t *references; /* one of the kernel, one of each part that is still to be sent */
    bool classic;
};

int buffers_open(struct buffers *buffers, struct ring *ring, uint32_t wanted, uint32_t count,
                 uint32_t size, bool classic);

/* Lends what came back, and more where the kernel would run dry. Answers how many. */
unsigned buffers_publish(struct buffers *buffers);

/* Where the bytes of a completion are; moves the receive point. */
static inline uint8_t *buffers_received(struct buffers *buffers, unsigned bid, uint32_t length)
{
    uint8_t *at = buffers->memory + (size_t) bid * buffers->size + buffers->offsets[bid];
    buffers->offsets[bid] += length;
    return at;
}

static inline void buffers_release(struct buffers *buffers, unsigned bid)
{
    if (--buffers->references[bid] == 0) {
        buffers->free[buffers->free_count++] = (uint16_t) bid;
    }
}

/*
 * The kernel's reference ends with a completion without CQE_BUF_MORE. One without bytes is not
 * the last: some kernels leave the flag out at the end of a stream although the buffer stays.
 */
static inline void buffers_settle(struct buffers *buffers, unsigned bid, int res, unsigned flags)
{
    if (buffers->classic || (res > 0 && !(flags & CQE_BUF_MORE))) {
        buffers->lent--;
        buffers_release(buffers, bid);
    }
}

#endif
