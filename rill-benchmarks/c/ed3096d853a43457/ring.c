#define _GNU_SOURCE
#include "ring.h"

#include <errno.h>
#include <linux/time_types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int ring_register(struct ring *ring, unsigned opcode, void *argument, unsigned count)
{
    long result = syscall(__NR_io_uring_register, ring->fd, opcode, argument, count);
    return result < 0 ? -errno : (int) result;
}

static void *map(int fd, size_t size, off_t offset)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
}

int ring_open(struct ring *ring, unsigned sq_entries, unsigned cq_entries)
{
    struct io_uring_params params = {0};
    params.flags = SETUP_SINGLE_ISSUER | SETUP_DEFER_TASKRUN | SETUP_NO_SQARRAY
                   | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;
    params.cq_entries = cq_entries;
    memset(ring, 0, sizeof *ring);
    ring->fd = (int) syscall(__NR_io_uring_setup, sq_entries, &params);
    if (ring->fd < 0) {
        return -errno;
    }
    /* Kernels with IORING_SETUP_NO_SQARRAY map both rings in one piece. */
    size_t size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    uint8_t *rings = map(ring->fd, size, IORING_OFF_SQ_RING);
    void *sqes = map(ring->fd, params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
    if (rings == MAP_FAILED || sqes == MAP_FAILED) {
        return -errno;
    }
    ring->sqes = sqes;
    ring->sq_head = (unsigned *) (rings + params.sq_off.head);
    ring->sq_tail = (unsigned *) (rings + params.sq_off.tail);
    ring->sq_mask = params.sq_entries - 1;
    ring->sq_entries = params.sq_entries;
    ring->cq_head = (unsigned *) (rings + params.cq_off.head);
    ring->cq_tail = (unsigned *) (rings + params.cq_off.tail);
    ring->cq_mask = params.cq_entries - 1;
    ring->cqes = (struct io_uring_cqe *) (rings + params.cq_off.cqes);

    /* The kernel finds a registered ring without looking for the descriptor. */
    struct io_uring_rsrc_update update = {.offset = ~0U, .data = (unsigned long long) ring->fd};
    ring->enter_fd = ring->fd;
    if (ring_register(ring, REGISTER_RING_FDS, &update, 1) == 1) {
        ring->enter_fd = (int) update.offset;
        ring->enter_flags = ENTER_REGISTERED_RING;
    }
    return 0;
}

static int enter(struct ring *ring, unsigned wait_count, unsigned flags, void *argument,
                 size_t size)
{
    __atomic_store_n(ring->sq_tail, ring->sq_filled, __ATOMIC_RELEASE);
    unsigned submit = ring->sq_filled - ring->sq_submitted;
    ring->enters++;
    long result = syscall(__NR_io_uring_enter, ring->enter_fd, submit, wait_count,
                          flags | ring->enter_flags, argument, size);
    int error = result < 0 ? -errno : 0;
    ring->sq_submitted = __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
    return error;
}

int ring_enter(struct ring *ring, unsigned wait_count, uint64_t timeout_nanos)
{
    if (timeout_nanos == 0) {
        return enter(ring, wait_count, IORING_ENTER_GETEVENTS, NULL, 0);
    }
    struct __kernel_timespec timeout = {.tv_sec = (int64_t) (timeout_nanos / 1000000000),
                                        .tv_nsec = (long long) (timeout_nanos % 1000000000)};
    struct io_uring_getevents_arg argument = {.sigmask_sz = 8, .ts = (uint64_t) &timeout};
    return enter(ring, wait_count, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument,
                 sizeof argument);
}

struct io_uring_sqe *ring_sqe(struct ring *ring)
{
    while (ring->sq_filled - ring->sq_submitted == ring->sq_entries) {
        enter(ring, 0, 0, NULL, 0);
    }
    struct io_uring_sqe *sqe = &ring->sqes[ring->sq_filled++ & ring->sq_mask];
    memset(sqe, 0, sizeof *sqe);
    return sqe;
}

static uint32_t power_of_two(uint32_t least)
{
    uint32_t power = 1;
    while (power < least) {
        power *= 2;
    }
    return power;
}

int buffers_open(struct buffers *buffers, struct ring *ring, uint32_t wanted, uint32_t count,
                 uint32_t size, bool classic)
{
    memset(buffers, 0, sizeof *buffers);
    buffers->wanted = wanted;
    buffers->count = count;
    buffers->size = size;
    buffers->classic = classic;
    uint32_t entries = power_of_two(count);
    buffers->mask = (uint16_t) (entries - 1);
    void *shared = mmap(NULL, entries * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* Reserved, not touched: what was never lent costs nothing. */
    void *memory = mmap(NULL, (size_t) count * size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    buffers->free = calloc(count, sizeof *buffers->free);
    buffers->offsets = calloc(count, sizeof *buffers->offsets);
    buffers->references = calloc(count, sizeof *buffers->references);
    if (shared == MAP_FAILED || memory == MAP_FAILED || !buffers->free || !buffers->offsets
        || !buffers->references) {
        return -ENOMEM;
    }
    buffers->ring = shared;
    buffers->memory = memory;
    struct io_uring_buf_reg registration = {.ring_addr = (uint64_t) shared,
                                            .ring_entries = entries};
    /* The field of the flags was padding in older headers, at this same place. */
    uint16_t flags = classic ? 0 : BUF_RING_INC;
    memcpy((uint8_t *) &registration + 14, &flags, sizeof flags);
    int result = ring_register(ring, IORING_REGISTER_PBUF_RING, &registration, 1);
    if (result < 0) {
        return result;
    }
    for (uint32_t bid = count; bid > 0; bid--) {
        buffers->free[buffers->free_count++] = (uint16_t) (bid - 1);
    }
    buffers_publish(buffers);
    return 0;
}

unsigned buffers_publish(struct buffers *buffers)
{
    unsigned published = 0;
    while (buffers->free_count > 0
           && (buffers->count - buffers->free_count < buffers->wanted || buffers->lent < 2)) {
        uint16_t bid = buffers->free[--buffers->free_count];
        struct io_uring_buf *entry = &buffers->ring->bufs[buffers->tail++ & buffers->mask];
        entry->addr = (uint64_t) (buffers->memory + (size_t) bid * buffers->size);
        entry->len = buffers->size;
        entry->bid = bid;
        buffers->offsets[bid] = 0;
        buffers->references[bid] = 1;
        buffers->lent++;
        if (bid >= buffers->untouched) {
            buffers->untouched = bid + 1U;
        }
        published++;
    }
    if (published > 0) {
        __atomic_store_n(&buffers->ring->tail, buffers->tail, __ATOMIC_RELEASE);
    }
    return published;
}
