/*
 * The server that the others are measured beside: what io_uring can do when nothing stands
 * between it and C. It speaks the same language as the benchmark's other servers: one line of
 * JSON when it is ready, `stats` on its input answered with another, its end when the input ends.
 */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS_MAX 64
#define NOT_HERE 3

static struct options options = {
    .role = ECHO,
    .threads = 1,
    .batch_wait = true,
};
static struct server servers[THREADS_MAX];

struct start {
    struct server *server;
    pthread_barrier_t *ready;
    const char *wrong;
    int error;
};

static void usage(const char *what)
{
    fprintf(stderr, "rill-c-server: %s\n"
            "  --role echo|sink|proxy|udp --listen HOST:PORT [--connect HOST:PORT]\n"
            "  [--threads N] [--buffers N] [--buffers-max N] [--buffer-size BYTES]\n"
            "  [--batch-wait on|off]\n", what);
    exit(2);
}

static void not_here(const char *what, int error)
{
    printf("{\"ready\":false,\"reason\":\"%s: %s\"}\n", what, strerror(-error));
    fflush(stdout);
    exit(NOT_HERE);
}

static struct sockaddr_in address(const char *text)
{
    char host[64];
    struct sockaddr_in address = {.sin_family = AF_INET};
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || (size_t) (colon - text) >= sizeof host) {
        usage("an address is HOST:PORT");
    }
    memcpy(host, text, (size_t) (colon - text));
    host[colon - text] = 0;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        usage("a host is an IPv4 address");
    }
    address.sin_port = htons((uint16_t) atoi(colon + 1));
    return address;
}

static enum role role(const char *name)
{
    static const char *const names[] = {"echo", "sink", "proxy", "udp"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(name, names[i]) == 0) {
            return (enum role) i;
        }
    }
    usage("there is no such role");
    return ECHO;
}

static void parse(int count, char **arguments)
{
    for (int i = 1; i < count; i += 2) {
        const char *name = arguments[i];
        if (i + 1 == count) {
            usage("an option has no value");
        }
        const char *value = arguments[i + 1];
        if (strcmp(name, "--role") == 0) {
            options.role = role(value);
        } else if (strcmp(name, "--listen") == 0) {
            options.listen = address(value);
        } else if (strcmp(name, "--connect") == 0) {
            options.connect = address(value);
        } else if (strcmp(name, "--threads") == 0) {
            options.threads = (unsigned) atoi(value);
        } else if (strcmp(name, "--buffers") == 0) {
            options.buffers = (uint32_t) atoi(value);
        } else if (strcmp(name, "--buffers-max") == 0) {
            options.buffers_max = (uint32_t) atoi(value);
        } else if (strcmp(name, "--buffer-size") == 0) {
            options.buffer_size = (uint32_t) atoi(value);
        } else if (strcmp(name, "--batch-wait") == 0) {
            options.batch_wait = strcmp(value, "off") != 0;
        } else {
            usage(name);
        }
    }
    bool udp = options.role == UDP;
    if (options.buffers == 0) {
        options.buffers = udp ? 256 : 4;
    }
    if (options.buffer_size == 0) {
        options.buffer_size = udp ? 2048 : 256 * 1024;
    }
    if (options.buffers_max == 0) {
        /* 64 MiB when many peers do not read; reserved only. */
        options.buffers_max = udp ? options.buffers : 64 * 1024 * 1024 / options.buffer_size;
    }
    if (options.buffers_max < options.buffers) {
        options.buffers_max = options.buffers;
    }
    if (options.listen.sin_family == 0 || options.threads < 1 || options.threads > THREADS_MAX
        || options.buffers_max > 32768 || (options.role == PROXY && !options.connect.sin_port)) {
        usage("--listen, --connect for a proxy, 1 to 64 threads, at most 32768 buffers");
    }
}

static int listen_on(struct sockaddr_in *address)
{
    int on = 1;
    socklen_t length = sizeof *address;
    bool udp = options.role == UDP;
    int fd = socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        not_here("socket", -errno);
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.threads > 1) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    }
    if (udp) {
        int bytes = 4 * 1024 * 1024; /* the kernel gives what net.core.rmem_max allows */
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    } else {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted sockets inherit it */
    }
    if (bind(fd, (struct sockaddr *) address, sizeof *address) < 0
        || (!udp && listen(fd, 4096) < 0)
        || getsockname(fd, (struct sockaddr *) address, &length) < 0) {
        not_here("listening", -errno);
    }
    return fd;
}

static void *serve(void *argument)
{
    struct start *start = argument;
    struct server *server = start->server;
    bool udp = options.role == UDP;
    start->wrong = udp ? udp_open(server, &start->error) : tcp_open(server, &start->error);
    bool ok = start->wrong == NULL;
    pthread_barrier_wait(start->ready);
    if (ok) {
        (udp ? udp_run : tcp_run)(server);
    }
    return NULL;
}

static void start_all(void)
{
    struct start starts[THREADS_MAX];
    pthread_barrier_t ready;
    pthread_barrier_init(&ready, NULL, options.threads + 1);
    for (unsigned i = 0; i < options.threads; i++) {
        pthread_t thread;
        servers[i].options = &options;
        servers[i].listener = listen_on(&options.listen);
        starts[i] = (struct start) {.server = &servers[i], .ready = &ready};
        if (pthread_create(&thread, NULL, serve, &starts[i]) != 0) {
            not_here("a thread", -EAGAIN);
        }
    }
    pthread_barrier_wait(&ready);
    for (unsigned i = 0; i < options.threads; i++) {
        if (starts[i].wrong != NULL) {
            not_here(starts[i].wrong, starts[i].error);
        }
    }
}

static void say_ready(void)
{
    static const char *const names[] = {"echo", "sink", "proxy", "udp"};
    printf("{\"ready\":true,\"pid\":%d,\"port\":%d,\"peer\":\"c\",\"configuration\":{"
           "\"role\":\"%s\",\"threads\":\"%u\","
           "\"ring\":\"SINGLE_ISSUER DEFER_TASKRUN NO_SQARRAY%s\","
           "\"files\":\"%s\",\"receive\":\"multishot\",\"buffers\":\"%s %u x %u\","
           "\"buffersMax\":\"%u\",\"batchWait\":\"%s\",\"send\":\"%s\","
           "\"compiler\":\"%s -O2\"}}\n",
           (int) getpid(), ntohs(options.listen.sin_port), names[options.role], options.threads,
           servers[0].ring.enter_flags ? ", registered" : "",
           options.role == ECHO || options.role == SINK ? "registered, accepted direct"
                                                        : "descriptors",
           options.role == UDP ? "whole" : "incremental", options.buffers, options.buffer_size,
           options.buffers_max,
           options.batch_wait && (options.role == ECHO || options.role == PROXY)
               ? "1 + sends, up to 256 connections" : "off",
           options.role == ECHO || options.role == PROXY
               ? "from received memory, neighbours as one, vectored up to 16" : "none",
           "gcc " __VERSION__);
    fflush(stdout);
}

static void say_statistics(void)
{
    uint64_t bytes = 0;
    uint64_t datagrams = 0;
    uint64_t enters = 0;
    uint64_t memory = 0;
    for (unsigned i = 0; i < options.threads; i++) {
        bytes += __atomic_load_n(&servers[i].bytes_received, __ATOMIC_RELAXED);
        datagrams += __atomic_load_n(&servers[i].datagrams, __ATOMIC_RELAXED);
        enters += __atomic_load_n(&servers[i].ring.enters, __ATOMIC_RELAXED);
        memory += (uint64_t) __atomic_load_n(&servers[i].buffers.untouched, __ATOMIC_RELAXED)
                  * servers[i].buffers.size;
    }
    printf("{\"allocatedBytes\":0,\"receiveMemoryBytes\":%llu,\"bytesReceived\":%llu,"
           "\"datagrams\":%llu,\"systemCalls\":%llu}\n",
           (unsigned long long) memory, (unsigned long long) bytes,
           (unsigned long long) datagrams, (unsigned long long) enters);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    char line[256];
    parse(count, arguments);
    signal(SIGPIPE, SIG_IGN);
    start_all();
    say_ready();
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strcmp(line, "stats\n") == 0) {
            say_statistics();
        }
    }
    return 0;
}
