// Counts what a steady decode step asks of the system: allocations, and system calls other than futex and sched_yield,
// by which threads wait for each other. A program of its own: it replaces malloc, and a filter that traps system calls
// stays for good. Linux only.
//   steady_step [MODEL]: exits with 0 if there are none, 1 if there are some, 77 where such a filter is refused or
//   there is no such file
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "models/generator.h"
#include "models/tiny_model.h"

namespace {

constexpr int kWarmSteps = 20, kSteps = 100, kSkipped = 77;

/// What the child saw, in memory that it shares with its parent: a trapped process cannot print.
struct Seen {
  std::atomic<long> allocations, calls;
  std::atomic<int> call;  // number of the last one
  std::atomic<int> drawn, skipped;
};
Seen* seen = nullptr;
std::atomic<bool> counting{false};

void count_allocation() {
  if (counting) ++seen->allocations;
}

void count_call(int, siginfo_t* info, void*) {
  ++seen->calls;
  seen->call = info->si_syscall;
}

/// Traps every system call of every thread but those named here. Reading the clock is one only where the kernel does
/// not offer its page for it.
bool trap_calls() {
  struct sigaction action{};
  action.sa_sigaction = count_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_yield, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof(filter) / sizeof(filter[0]), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

/// Returns once every thread of the pool runs: a thread that begins calls the system, with its signals blocked.
void await_threads(const wick::Workers& workers) {
  std::atomic<int> arrived{0};
  const int threads = workers.pool.threads();
  workers.pool.for_each(threads, [&](wick::Index, int) {
    ++arrived;
    while (arrived < threads) std::this_thread::yield();
  });
}

void decode(const char* file) {
  using namespace wick;
  const auto model = file ? LanguageModelLoader(ModelFiles::open(file), Device::cpu(2), {}).finish()
                          : test::load_model(test::tiny_model(), {}, 2);
  Generator generator(model, 200);  // within one page of the cache
  GenerateOptions options;
  options.sampling.temperature = 0.7F;
  options.ignore_end = true;
  generator.start(model->tokenizer.encode("the abc"), options);
  for (int i = 0; i < kWarmSteps; ++i) generator.step();
  await_threads(model->llama->device().workers());
  if (!trap_calls()) {
    seen->skipped = 1;
    return;
  }
  counting = true;
  for (int i = 0; i < kSteps; ++i) seen->drawn += generator.step().drawn;
  counting = false;
  _exit(0);
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  count_allocation();
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  count_allocation();
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  count_allocation();
  return __libc_realloc(block, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  count_allocation();
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  count_allocation();
  *block = __libc_memalign(alignment, bytes);
  return *block ? 0 : ENOMEM;
}
}

int main(int argc, char** argv) {
  if (argc > 1 && access(argv[1], R_OK) != 0) {
    std::printf("skipped: %s is not here\n", argv[1]);
    return kSkipped;
  }
  seen = new (mmap(nullptr, sizeof(Seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Seen{};
  const pid_t child = fork();
  if (child == 0) {
    decode(argc > 1 ? argv[1] : nullptr);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (seen->skipped) {
    std::puts("skipped: no filter of system calls here");
    return kSkipped;
  }
  if (status != 0) std::printf("ended with status %#x after ", static_cast<unsigned>(status));
  std::printf("%d tokens: %ld allocations, %ld system calls but parking", seen->drawn.load(), seen->allocations.load(),
              seen->calls.load());
  if (seen->calls > 0) std::printf(" (the last one's number is %d)", seen->call.load());
  std::puts("");
  return status == 0 && seen->drawn == kSteps && seen->allocations == 0 && seen->calls == 0 ? 0 : 1;
}
