"""Writes chat_templates/rendered.json and snippets.json with Python's jinja2, set up as transformers sets it up.

Made with Python 3.11, jinja2 3.1.6, MarkupSafe 3.0.4.
"""

import datetime
import json
import pathlib

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import CallBlock
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

HERE = pathlib.Path(__file__).with_name("chat_templates")


class Generation(Extension):
    """{% generation %}, which transformers uses to mark the assistant's text; it prints its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def environment(kind=ImmutableSandboxedEnvironment):
    env = kind(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, loopcontrols])
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda text: datetime.datetime.now().strftime(text)
    return env


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Current weather of a city — °C & <b>bold</b>",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "The city's \"name\""},
                    "days": {"type": "array", "items": {"type": "integer"}},
                    "unit": {"type": ["string", "number"], "enum": ["C", "F"], "default": 1.5},
                },
                "required": ["city"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "now",
            "description": "",
            "parameters": {"type": "object", "properties": {}, "required": []},
            "return": {"type": "string"},
        },
    },
]


def call(name, arguments, id="abcdef123"):
    return {"type": "function", "id": id, "function": {"name": name, "arguments": arguments}}


user = lambda text: {"role": "user", "content": text}
bot = lambda text, **more: {"role": "assistant", "content": text, **more}
system = lambda text: {"role": "system", "content": text}
tool = lambda content, **more: {"role": "tool", "content": content, **more}

CONVERSATIONS = {
    "one": [user("Hello")],
    "empty": [],
    "system": [system("Be brief."), user("Hi"), bot("Hello."), user("And now?")],
    "whitespace": [system("  keep \n"), user(" \n padded \n"), bot("\n\nanswer  "), user("")],
    "unicode": [user("Grüße, 世界 🕯️ \u2028 e\u0301 <|im_end|> & \"quoted\" 'it'"), bot("¿Qué?\tTab\r\nCRLF")],
    "long": [m for i in range(6) for m in (user(f"question {i}"), bot(f"answer {i}"))],
    "thinking": [user("2+2"), bot("<think>\nTwo and two.\n</think>\n\n4"), user("why?"), bot("<think>x</think>y")],
    "reasoning": [user("a"), bot("b", reasoning_content="because\n"), user("c")],
    "no_think": [system("You help. /no_think"), user("Hi")],
    "bad_order": [user("a"), user("b")],
    "starts_with_assistant": [bot("I begin"), user("ok")],
    "unknown_role": [{"role": "critic", "content": "hm"}],
    "no_content": [{"role": "user"}],
    "null_content": [user("a"), bot(None)],
    "tool_call": [
        user("Weather in Köln?"),
        bot("", tool_calls=[call("get_weather", {"city": "Köln", "days": [1, 2], "unit": None, "x": 1e-7})]),
        tool('{"temp": 21.5}', tool_call_id="abcdef123"),
        bot("21.5 degrees."),
    ],
    "two_tools": [
        system("Use tools."),
        user("both"),
        bot("Sure.", tool_calls=[call("now", {}), call("get_weather", {"city": "B"}, "123456789")]),
        tool("10:00"),
        tool({"temp": 3, "ok": True}),
    ],
    "bad_id": [user("x"), bot("", tool_calls=[call("now", {}, "short")])],
}

TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}
VARIANTS = [
    {"add_generation_prompt": True},
    {"add_generation_prompt": False},
    {"add_generation_prompt": True, "tools": TOOLS},
    {"add_generation_prompt": True, "tools": None, "enable_thinking": False},
    {"add_generation_prompt": False, "tools": TOOLS, "enable_thinking": True, "tools_in_user_message": False,
     "builtin_tools": ["get_weather", "code_interpreter", "brave_search"], "date_string": "1 May 2025"},
]

SNIPPETS = (HERE / "snippets.txt").read_text().split("\n----\n")
VARIABLES = {
    "n": 7, "neg": -7, "f": 2.5, "big": 1e16, "small": 0.00001, "zero": 0, "t": True, "no": False, "nil": None,
    "s": "Hello, World", "u": "Grüße, 世界 🕯️", "e": "", "ws": "  \t x y \n ", "lines": "a\nb\r\n\nc",
    "l": [3, 1, 2], "words": ["banana", "Apple", "cherry", "apple"], "nested": [[1, 2], [3, [4]]], "none_list": [],
    "d": {"b": 2, "a": 1, "C": 3}, "items_dict": {"items": 5, "keys": "k", "get": None},
    "users": [{"name": "Ann", "age": 30, "tags": ["x", "y"], "p": {"q": 1}},
              {"name": "bob", "age": 25, "tags": [], "p": {"q": 2}},
              {"name": "Cid", "age": 30, "active": True, "p": {"q": 3}}],
}


def attempt(template, variables, kind=ImmutableSandboxedEnvironment):
    try:
        return {"output": environment(kind).from_string(template).render(**variables)}
    except (jinja2.exceptions.TemplateError) as error:
        return {"error": str(error), "raised": type(error).__name__}
    except (TypeError, ValueError, ZeroDivisionError, LookupError, OverflowError, AttributeError, SyntaxError) as error:
        return {"error": str(error), "raised": type(error).__name__}


def write(name, rows):
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (HERE / name).write_text("[\n" + text + "\n]\n", newline="")


rendered = []
for path in sorted((HERE / "templates").glob("*.jinja")):
    source = path.read_bytes().decode()
    for label, messages in CONVERSATIONS.items():
        for number, variant in enumerate(VARIANTS):
            result = attempt(source, {"messages": messages, **TOKENS, **variant})
            rendered.append({"template": path.stem, "conversation": label, "variant": number, **result})
write("rendered.json", rendered)
(HERE / "inputs.json").write_text(
    json.dumps({"conversations": CONVERSATIONS, "tokens": TOKENS, "variants": VARIANTS, "variables": VARIABLES},
               ensure_ascii=False, indent=1) + "\n")

# What transformers' sandbox refuses but this engine runs: methods that change lists and dicts.
MUTATING = (".append(", ".extend(", ".insert(", ".pop(", ".update(", ".setdefault(", ".remove(", ".reverse(")

snippets = []
for source in SNIPPETS:
    mutates = any(method in source for method in MUTATING)
    result = attempt(source, VARIABLES, SandboxedEnvironment if mutates else ImmutableSandboxedEnvironment)
    if " at 0x" not in result.get("output", ""):  # an address of this run
        snippets.append({"source": source, **result})
write("snippets.json", snippets)
