#include "system_theme.h"

#include <dbus/dbus.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wick::app {
namespace {

constexpr const char *kPortal = "org.freedesktop.portal.Desktop", *kPath = "/org/freedesktop/portal/desktop",
                     *kInterface = "org.freedesktop.portal.Settings", *kNamespace = "org.freedesktop.appearance",
                     *kKey = "color-scheme";
constexpr unsigned kNoPreference = 0, kDark = 1;

bool environment_is_dark() {
  const char* const theme = std::getenv("GTK_THEME");
  return theme && std::string_view(theme).find("dark") != std::string_view::npos;
}

/// Whether there is a bus to ask: the library would start one for us, which nobody listens to.
bool has_session_bus() {
  if (const char* const address = std::getenv("DBUS_SESSION_BUS_ADDRESS"); address && *address) return true;
  const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime && access(fmt::format("{}/bus", runtime).c_str(), F_OK) == 0;
}

struct MessageEnd {
  void operator()(DBusMessage* message) const { dbus_message_unref(message); }
};
using Message = std::unique_ptr<DBusMessage, MessageEnd>;

struct ConnectionEnd {
  void operator()(DBusConnection* connection) const {
    dbus_connection_close(connection);
    dbus_connection_unref(connection);
  }
};
using Connection = std::unique_ptr<DBusConnection, ConnectionEnd>;

Connection connect() {
  Connection connection(dbus_bus_get_private(DBUS_BUS_SESSION, nullptr));
  if (!connection) return nullptr;
  dbus_connection_set_exit_on_disconnect(connection.get(), FALSE);
  const std::string rule =
      fmt::format("type='signal',interface='{}',member='SettingChanged',arg0='{}'", kInterface, kNamespace);
  dbus_bus_add_match(connection.get(), rule.c_str(), nullptr);
  const Message question(dbus_message_new_method_call(kPortal, kPath, kInterface, "Read"));
  dbus_message_append_args(question.get(), DBUS_TYPE_STRING, &kNamespace, DBUS_TYPE_STRING, &kKey, DBUS_TYPE_INVALID);
  dbus_connection_send(connection.get(), question.get(), nullptr);
  dbus_connection_flush(connection.get());
  return connection;
}

/// A number within a variant, or variants of variants; nothing of another type.
bool read_number(DBusMessageIter at, unsigned& number) {
  while (dbus_message_iter_get_arg_type(&at) == DBUS_TYPE_VARIANT) {
    DBusMessageIter inner;
    dbus_message_iter_recurse(&at, &inner);
    at = inner;
  }
  if (dbus_message_iter_get_arg_type(&at) != DBUS_TYPE_UINT32) return false;
  dbus_uint32_t value = 0;
  dbus_message_iter_get_basic(&at, &value);
  number = value;
  return true;
}

/// Skips an argument that must be this text.
bool skip_text(DBusMessageIter& at, std::string_view expected) {
  if (dbus_message_iter_get_arg_type(&at) != DBUS_TYPE_STRING) return false;
  const char* text = nullptr;
  dbus_message_iter_get_basic(&at, &text);
  return text == expected && dbus_message_iter_next(&at) != FALSE;
}

/// The scheme that a message tells, if it does.
bool read_scheme(DBusMessage* message, unsigned& scheme) {
  DBusMessageIter at;
  if (dbus_message_iter_init(message, &at) == FALSE) return false;
  if (dbus_message_get_type(message) == DBUS_MESSAGE_TYPE_METHOD_RETURN) return read_number(at, scheme);
  if (dbus_message_is_signal(message, kInterface, "SettingChanged") == FALSE) return false;
  return skip_text(at, kNamespace) && skip_text(at, kKey) && read_number(at, scheme);
}

}  // namespace

SystemTheme::SystemTheme(std::function<void()> changed)
    : changed_(std::move(changed)), dark_(environment_is_dark()), end_(eventfd(0, EFD_CLOEXEC)) {
  if (end_ >= 0 && has_session_bus()) thread_ = std::thread([this] { follow(); });
}

SystemTheme::~SystemTheme() {
  const std::uint64_t one = 1;
  if (thread_.joinable()) {
    [[maybe_unused]] const ssize_t written = write(end_, &one, sizeof one);
    thread_.join();
  }
  if (end_ >= 0) close(end_);
}

void SystemTheme::heed(unsigned scheme) {
  const bool dark = scheme == kNoPreference ? environment_is_dark() : scheme == kDark;
  if (dark_.exchange(dark) != dark) changed_();
}

void SystemTheme::follow() {
  const Connection connection = connect();
  int bus = -1;
  if (!connection || dbus_connection_get_unix_fd(connection.get(), &bus) == FALSE) return;
  for (;;) {
    while (const Message message{dbus_connection_pop_message(connection.get())}) {
      unsigned scheme = 0;
      if (read_scheme(message.get(), scheme)) heed(scheme);
    }
    pollfd waits[] = {{bus, POLLIN, 0}, {end_, POLLIN, 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (dbus_connection_read_write(connection.get(), 0) == FALSE) return;  // the bus has gone
  }
}

}  // namespace wick::app
