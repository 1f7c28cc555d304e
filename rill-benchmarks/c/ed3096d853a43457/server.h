/* What the parts of the server share. */
#ifndef SERVER_H
#define SERVER_H

#include "ring.h"

#include <netinet/in.h>

enum role { ECHO, SINK, PROXY, UDP };

struct options {
    enum role role;
    struct sockaddr_in listen;
    struct sockaddr_in connect;
    unsigned threads;
    uint32_t buffers;     /* lent to the kernel while it does not run short */
    uint32_t buffers_max; /* what there is of them when it does */
    uint32_t buffer_size;
    bool batch_wait;
};

/* One thread's server: nothing is shared, the counters are read by the main thread. */
struct server {
    const struct options *options;
    int listener;
    struct ring ring;
    struct buffers buffers;
    uint64_t bytes_received;
    uint64_t datagrams;
    struct tcp *tcp;
};

/* Prepares a server on its own thread; answers 0 or what is wrong, with -errno in `error`. */
const char *server_open(struct server *server, int *error);

const char *tcp_open(struct server *server, int *error);
void tcp_run(struct server *server);
const char *udp_open(struct server *server, int *error);
void udp_run(struct server *server);

#endif
