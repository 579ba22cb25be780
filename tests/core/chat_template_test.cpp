#include "core/text/chat_template.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iterator>

#include "core/error.h"

using wick::ChatTemplate;
using Json = nlohmann::ordered_json;

namespace {

std::string read(const std::string& name) {
  std::ifstream file(WICK_TESTS_DIR "/golden/chat_templates/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string render(const std::string& source, const Json& variables = Json::object()) {
  return ChatTemplate(source).render(variables);
}

/// Checks one golden row: the same text, or an error where jinja2 raises; the template's own error word for word.
void check(const std::string& source, const Json& variables, const Json& golden) {
  std::string output;
  std::string error;
  try {
    output = render(source, variables);
  } catch (const wick::Error& caught) {
    error = caught.what();
  }
  if (golden.contains("output")) {
    CHECK(error == "");
    CHECK(output == golden["output"].get<std::string>());
  } else {
    INFO("rendered: " << output);
    CHECK(error != "");
    if (golden["raised"] == "TemplateError") CHECK_THAT(error, Catch::EndsWith(golden["error"].get<std::string>()));
  }
}

}  // namespace

TEST_CASE("chat template: model templates render as jinja2 renders them") {
  const Json inputs = Json::parse(read("inputs.json"));
  for (const Json& golden : Json::parse(read("rendered.json"))) {
    CAPTURE(golden["template"].get<std::string>(), golden["conversation"].get<std::string>(),
            golden["variant"].get<int>());
    Json variables = inputs["tokens"];
    variables.update(inputs["variants"][golden["variant"].get<std::size_t>()]);
    variables["messages"] = inputs["conversations"][golden["conversation"].get<std::string>()];
    check(read("templates/" + golden["template"].get<std::string>() + ".jinja"), variables, golden);
  }
}

TEST_CASE("chat template: snippets render as jinja2 renders them") {
  const Json variables = Json::parse(read("inputs.json"))["variables"];
  for (const Json& golden : Json::parse(read("snippets.json"))) {
    CAPTURE(golden["source"].get<std::string>());
    check(golden["source"].get<std::string>(), variables, golden);
  }
}

TEST_CASE("chat template: a syntax error names the template, the line and the column") {
  CHECK_THROWS_WITH(ChatTemplate("a\n  {{ 1 + }}", "model.gguf"), Catch::StartsWith("model.gguf:2:10: "));
  CHECK_THROWS_WITH(ChatTemplate("{% include 'x' %}"), Catch::Contains("'include'"));
  CHECK_THROWS_WITH(ChatTemplate("\n\n{% if x %}"), Catch::Contains("endif"));
}

TEST_CASE("chat template: a failed render names the template, the line and the reason") {
  CHECK_THROWS_WITH(ChatTemplate("\n{{ x.y }}", "model.gguf").render(Json::object()),
                    "model.gguf: line 2: 'x' is undefined");
  CHECK_THROWS_WITH(render("{{ raise_exception('no system role') }}"), Catch::EndsWith("line 1: no system role"));
}

TEST_CASE("chat template: integers past 64 bits are an error") {
  for (const char* source :
       {"{{ 9223372036854775807 + 1 }}", "{{ 2 ** 63 }}", "{{ 3 ** 100 }}", "{{ 10 ** 18 * 10 }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) | abs }}", "{{ 1e30 | int }}", "{{ 99999999999999999999 }}"}) {
    CAPTURE(source);
    CHECK_THROWS_AS(render(source), wick::Error);
  }
  CHECK_THROWS_AS(render("{{ x }}", {{"x", 18446744073709551615u}}), wick::Error);
  CHECK(render("{{ x }}", {{"x", 9223372036854775807}}) == "9223372036854775807");
}

TEST_CASE("chat template: a hostile template ends with an error") {
  const std::string deep(5000, '(');
  const std::string hostile[] = {
      "{{ " + deep + " }}",
      "{{ 1" + std::string(5000, '+') + "1 }}",
      "{{ x" + std::string(5000, '.') + " }}",
      "{{ " + std::string(5000, '[') + " }}",
      "{% set x = [] %}{% for i in range(1000) %}{% set x.y = [x] %}{% endfor %}",
      "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
      "{% for a in range(100000) %}{{ 'x' * 10000 }}{% endfor %}",
      "{{ 'x' * 10000000000 }}",
      "{{ [0] * 10000000000 }}",
      "{{ ('x' * 1000000).replace('', 'y' * 1000000) }}",
      "{{ ('x' * 1000000) | replace('x', 'y' * 1000000) }}",
      "{{ ('\\n' * 1000000) | indent(10000, true, true) }}",
      "{{ 'x'.ljust(100000000000) }}",
      "{{ '{:1000000000}'.format(1) }}",
      "{{ '%1000000000d' % 1 }}",
      "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(1000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
      "{% set ns = namespace(l=[1]) %}{% for i in range(1000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}",
      "{% set l = [] %}{% set _ = l.append(l) %}{{ l }}",
      "{% set l = [] %}{% set _ = l.append(l) %}{{ l | tojson }}",
      "{% set l = [] %}{% set m = [] %}{% set _ = l.append(m) %}{% set _ = m.append(l) %}{{ l == m }}",
      "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
      "{% macro m(x) %}{{ m([x, x]) }}{{ m(x) }}{% endmacro %}{{ m(1) }}",
      "{% macro m() %}{% if 1 %}{% if 1 %}{% for i in [1] %}{{ m() }}{% endfor %}{% endif %}{% endif %}{% endmacro "
      "%}{{ m() }}",
      "{% set ns = namespace(t=(1,)) %}{% for i in range(60) %}{% set ns.t = (ns.t, ns.t) %}{% endfor %}{{ {ns.t: 1} "
      "}}",
      "{% set a = 'a' * 5000000 %}{% set b = a ~ 'b' %}{% for i in range(100) %}{{ b in a * 2 }}{{ (a * 2).rfind('b' ~ "
      "a) }}"
      "{% endfor %}",
      "{% set l = [1] %}{% for x in l recursive %}{{ loop(l) }}{% endfor %}",
  };
  for (const std::string& source : hostile) {
    CAPTURE(source.substr(0, 120));
    CHECK_THROWS_AS(render(source), wick::Error);
  }
}

TEST_CASE("chat template: values nested deep are freed without recursion") {
  CHECK(render("{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}ok") ==
        "ok");
  CHECK(render("{% set l = [] %}{% set d = {'l': l} %}{% set _ = l.append(d) %}{% set _ = l.append(l) %}ok") == "ok");
}

TEST_CASE("chat template: bytes that are no UTF-8 pass through") {
  const std::string bytes = "a\xff\x80 \xc3";
  CHECK(render("{{ x }}" + bytes, {{"x", bytes}}) == bytes + bytes);
  CHECK(render("{{ x | upper }}", {{"x", bytes}}) == "A\xff\x80 \xc3");
  CHECK_NOTHROW(render("{{ x | length }}{{ x[::-1] }}{{ x | tojson }}{{ [x] }}{{ x.title() }}", {{"x", bytes}}));
}

TEST_CASE("chat template: strftime_now gives the present date") {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char year[8];
  std::strftime(year, sizeof year, "%Y", std::localtime(&now));
  CHECK(render("{{ strftime_now('%Y') }}") == year);
}

TEST_CASE("chat template: one template renders many times, with no memory of the last") {
  const ChatTemplate counter(
      "{% set ns = namespace(n=0) %}{% set ns.n = ns.n + x %}{{ ns.n }}{{ last }}{% set last = 1 %}");
  for (int i = 0; i < 3; ++i) CHECK(counter.render({{"x", i}}) == std::to_string(i));
}
