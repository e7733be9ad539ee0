/* The least that a chat server can do: what was said in one round of epoll goes to every member in one
 * send. It knows no names and no rooms, keeps nothing, and waits for whoever does not read. It is what
 * the others are measured against, not a server. Usage: limit PORT
 *
 * The first line of a connection is answered and goes to nobody, as it asks to enter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEMBERS = 65536, EVENTS = 4096, PIECE = 65536, ROUND = 1 << 24 };

struct member {
    int inside;        /* whether its first line came */
    int kept;          /* bytes of a line whose end is still to come */
    char line[4096];
};

static struct member *members[MEMBERS]; /* by descriptor */
static int order[MEMBERS], count;
static char said[ROUND], piece[PIECE + 4096];
static int size;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* Write all of it, however long that takes. */
static void write_whole(int to, const char *data, int length) {
    while (length > 0) {
        ssize_t sent = send(to, data, length, MSG_NOSIGNAL);
        if (sent > 0) {
            data += sent;
            length -= sent;
        } else if (errno == EAGAIN) {
            struct timeval wait = {1, 0};
            fd_set ready;
            if (to >= FD_SETSIZE) {
                usleep(100);
                continue;
            }
            FD_ZERO(&ready);
            FD_SET(to, &ready);
            select(to + 1, NULL, &ready, NULL, &wait);
        } else {
            return;
        }
    }
}

static void leave(int gone) {
    for (int at = 0; at < count; at++) {
        if (order[at] == gone) {
            order[at] = order[--count];
            break;
        }
    }
    free(members[gone]);
    members[gone] = NULL;
    close(gone);
}

/* Take what one member said, up to its last whole line. */
static void hear(int from) {
    struct member *who = members[from];
    memcpy(piece, who->line, who->kept);
    ssize_t got = recv(from, piece + who->kept, PIECE, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) leave(from);
        return;
    }
    int length = who->kept + got;
    char *end = memrchr(piece, '\n', length), *start = piece;
    int whole = end ? end + 1 - piece : 0;
    who->kept = length - whole;
    if (who->kept > (int)sizeof who->line) {
        leave(from);
        return;
    }
    memcpy(who->line, piece + whole, who->kept);
    if (whole && !who->inside) {
        start = (char *)memchr(piece, '\n', whole) + 1;
        who->inside = 1;
        write_whole(from, "welcome\n", 8);
    }
    int rest = piece + whole - start;
    if (rest > 0 && size + rest <= ROUND) {
        memcpy(said + size, start, rest);
        size += rest;
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&here, sizeof here)) fail("bind");
    if (listen(listener, 4096)) fail("listen");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[EVENTS];
    if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event)) fail("epoll_ctl");
    for (;;) {
        int many = epoll_wait(poll, ready, EVENTS, -1);
        size = 0;
        for (int at = 0; at < many; at++) {
            int from = ready[at].data.fd;
            if (from != listener) {
                if (members[from]) hear(from);
                continue;
            }
            int fresh = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            if (fresh < 0 || fresh >= MEMBERS) continue;
            setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            members[fresh] = calloc(1, sizeof *members[fresh]);
            order[count++] = fresh;
            event.data.fd = fresh;
            epoll_ctl(poll, EPOLL_CTL_ADD, fresh, &event);
        }
        for (int at = 0; size && at < count; at++) write_whole(order[at], said, size);
    }
}
