/* A small pool of threads. No OpenMP: it is absent from Apple's and awkward in
   Microsoft's compiler, and two OpenMP runtimes in one process (PyTorch brings its own)
   can deadlock after a fork.

   Which thread runs which task is left to chance; what a task computes is not, so
   results do not depend on the number of threads. */
#include "kernels.h"

#include <stdlib.h>

#if defined(_WIN32)
#include <windows.h>
typedef SRWLOCK lock_t;
typedef CONDITION_VARIABLE signal_t;
#define LOCK_INIT SRWLOCK_INIT
#define SIGNAL_INIT CONDITION_VARIABLE_INIT
#define lock(l) AcquireSRWLockExclusive(l)
#define try_lock(l) (TryAcquireSRWLockExclusive(l) != 0)
#define unlock(l) ReleaseSRWLockExclusive(l)
#define wait_for(s, l) SleepConditionVariableSRW(s, l, INFINITE, 0)
#define wake_all(s) WakeAllConditionVariable(s)
#else
#include <pthread.h>
typedef pthread_mutex_t lock_t;
typedef pthread_cond_t signal_t;
#define LOCK_INIT PTHREAD_MUTEX_INITIALIZER
#define SIGNAL_INIT PTHREAD_COND_INITIALIZER
#define lock(l) pthread_mutex_lock(l)
#define try_lock(l) (pthread_mutex_trylock(l) == 0)
#define unlock(l) pthread_mutex_unlock(l)
#define wait_for(s, l) pthread_cond_wait(s, l)
#define wake_all(s) pthread_cond_broadcast(s)
#endif

/* Waiting a moment before going to sleep: waking a thread costs more than a small layer.
   Tens of microseconds, so that a busy machine loses next to nothing. */
#if defined(__GNUC__)
#define SPINS 2000
#define glance(place) __atomic_load_n(place, __ATOMIC_RELAXED)
#define post(place, value) __atomic_store_n(place, value, __ATOMIC_RELAXED)
#if defined(__x86_64__) || defined(__i386__)
#define breathe() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define breathe() __asm__ __volatile__("yield")
#else
#define breathe() ((void)0)
#endif
#else
#define SPINS 0
#define glance(place) (*(place))
#define post(place, value) (*(place) = (value))
#define breathe() ((void)0)
#endif

#define MAX_THREADS 256

static int wanted_threads = 1;

static struct {
    lock_t lock;      /* guards everything below */
    lock_t busy;      /* held by the caller whose job runs */
    signal_t start;   /* a new job is there */
    signal_t done;    /* the last helper has left the job */
    int helpers;      /* threads made so far */
    int invited;      /* how many more helpers may join this job */
    int inside;       /* helpers at work on it */
    unsigned long job;
    wb_task run;
    void *context;
    ptrdiff_t next, tasks;
} pool = {LOCK_INIT, LOCK_INIT, SIGNAL_INIT, SIGNAL_INIT, 0, 0, 0, 0, NULL, NULL, 0, 0};

/* Take tasks until none is left; called and left with the lock held. */
static void work(int worker) {
    while (pool.next < pool.tasks) {
        const ptrdiff_t task = pool.next++;
        const wb_task run = pool.run;
        void *context = pool.context;
        unlock(&pool.lock);
        run(context, task, worker);
        lock(&pool.lock);
    }
}

static void help(void) {
    unsigned long seen = 0;
    lock(&pool.lock);
    for (;;) {
        unlock(&pool.lock);
        for (int i = 0; i < SPINS && glance(&pool.job) == seen; i++) breathe();
        lock(&pool.lock);
        while (pool.job == seen || pool.invited == 0) {
            seen = pool.job;
            wait_for(&pool.start, &pool.lock);
        }
        seen = pool.job;
        const int worker = pool.invited--;
        post(&pool.inside, pool.inside + 1);
        work(worker);
        post(&pool.inside, pool.inside - 1);
        if (pool.inside == 0) wake_all(&pool.done);
    }
}

#if defined(_WIN32)
static DWORD WINAPI helper(void *unused) {
    (void)unused;
    help();
    return 0;
}

static int make_helper(void) {
    HANDLE thread = CreateThread(NULL, 0, helper, NULL, 0, NULL);
    if (thread == NULL) return 0;
    CloseHandle(thread);
    return 1;
}
#else
static void *helper(void *unused) {
    (void)unused;
    help();
    return NULL;
}

static int make_helper(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, helper, NULL) != 0) return 0;
    pthread_detach(thread);
    return 1;
}

/* After a fork the child has none of the helpers, and may have copied a locked lock. */
static void forget_helpers(void) {
    pthread_mutex_init(&pool.lock, NULL);
    pthread_mutex_init(&pool.busy, NULL);
    pthread_cond_init(&pool.start, NULL);
    pthread_cond_init(&pool.done, NULL);
    pool.helpers = pool.invited = pool.inside = 0;
    pool.next = pool.tasks = 0;
}
#endif

/* Run tasks 0 .. tasks-1 on at most `threads` threads; the caller is worker 0. */
void wb_run(wb_task run, void *context, ptrdiff_t tasks, int threads) {
    if (threads > tasks) threads = (int)tasks;
    /* A second caller at the same time computes alone rather than waiting. */
    if (threads <= 1 || !try_lock(&pool.busy)) {
        for (ptrdiff_t task = 0; task < tasks; task++) run(context, task, 0);
        return;
    }
    lock(&pool.lock);
#if !defined(_WIN32)
    static int watching_forks = 0;
    if (!watching_forks) {
        pthread_atfork(NULL, NULL, forget_helpers);
        watching_forks = 1;
    }
#endif
    while (pool.helpers < threads - 1 && make_helper()) pool.helpers++;
    pool.run = run;
    pool.context = context;
    pool.next = 0;
    pool.tasks = tasks;
    pool.invited = threads - 1;
    post(&pool.job, pool.job + 1);
    wake_all(&pool.start);
    work(0);
    pool.invited = 0;
    unlock(&pool.lock);
    for (int i = 0; i < SPINS && glance(&pool.inside) > 0; i++) breathe();
    lock(&pool.lock);
    while (pool.inside > 0) wait_for(&pool.done, &pool.lock);
    unlock(&pool.lock);
    unlock(&pool.busy);
}

int workbook_kernels_get_num_threads(void) { return wanted_threads; }

void workbook_kernels_set_num_threads(int threads) {
    wanted_threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
}
