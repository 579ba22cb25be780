"""A tiny model as a GGUF file, written field by field so that every field can also be made wrong."""
import random
import struct

U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
DIM, HIDDEN, HEADS, KV_HEADS, LAYERS, VOCAB = 32, 64, 4, 2, 2, 264


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack('<Q', len(data)) + data


def scalar(kind, value):
    if kind == STRING:
        return text(value)
    return struct.pack({U32: '<I', F32: '<f', BOOL: '<?', I32: '<i'}[kind], value)


def entry(key, kind, value):
    data = text(key) + struct.pack('<I', ARRAY if isinstance(value, list) else kind)
    if isinstance(value, list):
        return data + struct.pack('<IQ', kind, len(value)) + b''.join(scalar(kind, item) for item in value)
    return data + scalar(kind, value)


class Tiny:
    """Fields to change before `bytes()`: metadata {key: (type, value)}, tensors {name: [shape, type, data]}, with the
    shape as GGUF has it (fastest first); offsets {name: offset} overrides; counts, version, magic."""

    def __init__(self, architecture='llama'):
        tokens = ['<unk>', '<s>', '</s>', '<|im_start|>', '<|im_end|>']
        tokens += [f'<0x{byte:02X}>' for byte in range(256)] + ['ab', 'abc', 'the']
        prefix = architecture + '.'
        self.magic, self.version, self.tensor_count, self.metadata_count, self.offsets = b'GGUF', 3, None, None, {}
        self.metadata = {
            'general.architecture': (STRING, architecture),
            'general.name': (STRING, 'tiny'),
            prefix + 'block_count': (U32, LAYERS),
            prefix + 'embedding_length': (U32, DIM),
            prefix + 'feed_forward_length': (U32, HIDDEN),
            prefix + 'attention.head_count': (U32, HEADS),
            prefix + 'attention.head_count_kv': (U32, KV_HEADS),
            prefix + 'context_length': (U32, 512),
            prefix + 'attention.layer_norm_rms_epsilon': (F32, 1e-5),
            'tokenizer.ggml.model': (STRING, 'llama'),
            'tokenizer.ggml.tokens': (STRING, tokens),
            'tokenizer.ggml.scores': (F32, [0.0] * VOCAB),
            'tokenizer.ggml.token_type': (I32, [2, 3, 3, 3, 3] + [6] * 256 + [1] * 3),
            'tokenizer.ggml.add_space_prefix': (BOOL, False),
            'tokenizer.ggml.bos_token_id': (U32, 1),
            'tokenizer.ggml.eos_token_id': (U32, 4),
            'tokenizer.chat_template': (STRING,
                "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
                "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"),
        }
        draw = random.Random(1)
        self.tensors = {}

        def add(name, *shape):
            count = 1
            for size in shape:
                count *= size
            if len(shape) == 1:
                values = [1 + draw.gauss(0, 0.3) for _ in range(count)]
            else:
                values = [draw.gauss(0, 1.6 / shape[0] ** 0.5) for _ in range(count)]
            self.tensors[name] = [list(shape), 0, struct.pack(f'<{count}f', *values)]

        head_dim = DIM // HEADS
        add('token_embd.weight', DIM, VOCAB)
        for layer in range(LAYERS):
            block = f'blk.{layer}.'
            add(block + 'attn_norm.weight', DIM)
            add(block + 'attn_q.weight', DIM, HEADS * head_dim)
            add(block + 'attn_k.weight', DIM, KV_HEADS * head_dim)
            add(block + 'attn_v.weight', DIM, KV_HEADS * head_dim)
            add(block + 'attn_output.weight', HEADS * head_dim, DIM)
            add(block + 'ffn_norm.weight', DIM)
            add(block + 'ffn_gate.weight', DIM, HIDDEN)
            add(block + 'ffn_up.weight', DIM, HIDDEN)
            add(block + 'ffn_down.weight', HIDDEN, DIM)
        add('output_norm.weight', DIM)

    def bytes(self):
        count = len(self.tensors) if self.tensor_count is None else self.tensor_count
        values = len(self.metadata) if self.metadata_count is None else self.metadata_count
        head = self.magic + struct.pack('<IQQ', self.version, count, values)
        head += b''.join(entry(key, kind, value) for key, (kind, value) in self.metadata.items())
        data = b''
        for name, (shape, kind, content) in self.tensors.items():
            offset = self.offsets.get(name, len(data))
            head += text(name) + struct.pack('<I', len(shape)) + struct.pack(f'<{len(shape)}Q', *shape)
            head += struct.pack('<IQ', kind, offset)
            data += content + bytes(-len(content) % 32)
        return head + bytes(-len(head) % 32) + data
