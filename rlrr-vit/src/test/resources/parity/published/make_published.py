"""Makes the numbers of PublishedFilesTest: small models in the files that their own libraries write.

A folder a model, with random weights in every tensor:

    NAME/weights/     the checkpoint and the configuration beside it, as the library names them
    NAME/gradients/   the same files, with the gradients of sum(r * outputs) in place of the weights
    NAME/numbers.safetensors    images at 8x8 pixels and outputs: logits, an embedding of CLIP's, or where there is no
                                classifier what one would see; oblong.images and oblong.outputs at 12x20, positions resized as the library does it; r

The libraries compute in float64. The original code of DINOv2 and MAE is no package: their files are timm's models under
the original names, and DINOv2's positions are resized by the lines of its interpolate_pos_encoding.

    pip install torch==2.7.1 torchvision==0.22.1 timm==1.0.31 transformers==5.24.0 open_clip_torch==2.32.0 safetensors
    python make_published.py OUT
"""

import json
import sys
from pathlib import Path

import numpy
import timm
import torch
from open_clip.model import CLIP as OpenClip
from open_clip.model import CustomTextCLIP
from open_clip.model import resize_pos_embed
from safetensors.torch import load_file, save_file
from timm.layers import SwiGLUPacked
from timm.models.vision_transformer import VisionTransformer as Timm
from torch import nn
from torchvision.models.vision_transformer import VisionTransformer as TorchVision
from torchvision.models.vision_transformer import interpolate_embeddings
from transformers import (
    CLIPConfig,
    CLIPForImageClassification,
    CLIPModel,
    CLIPVisionConfig,
    CLIPVisionModel,
    CLIPVisionModelWithProjection,
    DeiTConfig,
    DeiTForImageClassification,
    DeiTForImageClassificationWithTeacher,
    SiglipConfig,
    SiglipForImageClassification,
    SiglipModel,
    SiglipVisionConfig,
    SiglipVisionModel,
)

OUT = Path(sys.argv[1])
torch.manual_seed(1)
SQUARE, OBLONG = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 12, 20)


def draw(model):
    torch.manual_seed(0)
    with torch.no_grad():
        for path, parameter in model.named_parameters():
            gain = parameter.dim() == 1 and not path.endswith("bias")
            parameter.copy_(torch.randn(parameter.shape) * 0.3 + (1 if gain else 0))
    return model.eval()


def numbers(name, model, outputs, oblong, write):
    """outputs: of images; oblong: the same at another size; write: a state dict into a folder."""
    torch.manual_seed(2)
    model.double()
    values = outputs(SQUARE.double())
    r = torch.randn(values.shape[1])
    (values * r).sum().backward()
    gradients = {k: torch.zeros_like(v) for k, v in model.state_dict().items()}
    gradients |= {k: p.grad for k, p in model.named_parameters() if p.grad is not None}
    for bias in "cls_classifier.bias", "distillation_classifier.bias":
        if bias in gradients:  # our bias is the mean of both: its gradient is their sum
            gradients[bias] = 2 * gradients[bias]
    for folder, state in ("weights", model.state_dict()), ("gradients", gradients):
        (OUT / name / folder).mkdir(parents=True, exist_ok=True)
        write({k: v.float().contiguous() for k, v in state.items()}, OUT / name / folder)
    with torch.no_grad():
        save_file(
            {
                "images": SQUARE,
                "outputs": values.detach().float(),
                "oblong.images": OBLONG,
                "oblong.outputs": oblong(OBLONG.double()).float(),
                "r": r,
            },
            OUT / name / "numbers.safetensors",
        )


TEXT = dict(
    hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=5, max_position_embeddings=4
)
VISION = dict(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4)


def transformers(name, kind, config, outputs, renamed=lambda key: key):
    config.num_labels = 3
    model = draw(kind(config))

    def write(state, folder):
        model.save_pretrained(folder, state_dict=state)
        weights = load_file(folder / "model.safetensors")
        save_file({renamed(k): v for k, v in weights.items()}, folder / "model.safetensors", {"format": "pt"})

    tower = model.vision_model if kind in (CLIPModel, SiglipModel) else model
    run = lambda images: outputs(tower(pixel_values=images, interpolate_pos_encoding=True))
    numbers(name, model, run, run, write)


pooled = lambda result: result.pooler_output
logits = lambda result: result.logits
clip = lambda **more: CLIPConfig(text_config=TEXT, vision_config=VISION | more, projection_dim=6)
siglip = lambda **more: SiglipConfig(text_config=TEXT | {"projection_size": 16}, vision_config=VISION | more)
# As Transformers 4 names the tensors of the tower alone.
transformers("clip-vision", CLIPVisionModel, CLIPVisionConfig(**VISION), pooled, lambda key: "vision_model." + key)
transformers("clip-vision-5", CLIPVisionModel, CLIPVisionConfig(hidden_act="gelu", layer_norm_eps=1e-3, **VISION), pooled)
transformers("clip", CLIPModel, clip(), pooled)
transformers("clip-classifier", CLIPForImageClassification, clip(), logits)
transformers("siglip-vision", SiglipVisionModel, SiglipVisionConfig(**VISION), pooled, lambda key: "vision_model." + key)
transformers("siglip", SiglipModel, siglip(), pooled)
transformers("siglip-classifier", SiglipForImageClassification, siglip(hidden_act="gelu"), logits)


def open_clip(name, quick, projected=False):
    vision = dict(image_size=8, layers=2, width=16, patch_size=4, head_width=8)
    text = dict(context_length=4, vocab_size=5, width=8, heads=1, layers=1)
    build = lambda size: OpenClip(6, vision | {"image_size": size}, text, quick_gelu=quick)
    model = draw(build(8))
    if not projected:
        model.visual.proj = None  # what it sees
    full = draw(build(8)).state_dict()

    def write(state, folder):
        state |= {k: v for k, v in full.items() if k not in state}
        torch.save(state, folder / "open_clip_pytorch_model.bin")
        preprocess = {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.2, 0.3], "interpolation": "bicubic", "resize_mode": "shortest"}
        said = {"model_cfg": {"embed_dim": 6, "vision_cfg": vision, "text_cfg": text}, "preprocess_cfg": preprocess}
        if quick:
            said["model_cfg"]["quick_gelu"] = True
        (folder / "open_clip_config.json").write_text(json.dumps(said) + "\n")

    def oblong(images):
        other = build(tuple(images.shape[2:])).double().eval()
        state = {k: v.double() for k, v in model.state_dict().items()}
        state["visual.positional_embedding"] = state["visual.positional_embedding"].float()
        resize_pos_embed(state, other, antialias=True)
        other.load_state_dict(state, strict=False)
        if not projected:
            other.visual.proj = None
        return other.visual(images)

    numbers(name, model, model.visual, oblong, write)


open_clip("open-clip", False)
open_clip("open-clip-quick", True)


def torchvision(name, renamed):
    arguments = dict(patch_size=4, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=3)
    model = draw(TorchVision(image_size=8, **arguments))

    def write(state, folder):
        torch.save({renamed(k): v for k, v in state.items()}, folder / "vit.pth")

    # A plain one: positions are resized by this library's rule for these, see docs/checkpoints.md.
    numbers(name, model, model, lambda images: model(SQUARE.double()), write)


torchvision("torchvision", lambda key: key)
# As the published files have it.
torchvision("torchvision-published", lambda key: key.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"))

SIZES = dict(patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2, num_classes=0)


def dinov2_positions(table, height, width, offset, antialias):
    """As interpolate_pos_encoding of the original, for a table of 2x2 patches."""
    first, patches = table[:, :1], table[:, 1:]
    how = (
        dict(scale_factor=((height + offset) / 2, (width + offset) / 2)) if offset else dict(size=(height, width))
    )
    patches = nn.functional.interpolate(
        patches.reshape(1, 2, 2, -1).permute(0, 3, 1, 2), mode="bicubic", antialias=antialias, **how
    )
    assert patches.shape[2:] == (height, width)
    return torch.cat((first, patches.permute(0, 2, 3, 1).reshape(1, height * width, -1)), 1)


def dinov2(name, registers, gated):
    extra = dict(mlp_layer=SwiGLUPacked, act_layer=nn.SiLU) if gated else {}
    build = lambda size: Timm(img_size=size, init_values=1e-5, **SIZES, **extra)
    model = draw(build(8))
    if registers:
        model.register_parameter("register_tokens", nn.Parameter(torch.randn(1, 4, 16).double()))
    mask = torch.randn(1, 16)

    def run(vit, images):
        tokens = vit.patch_embed(images)
        tokens = torch.cat((vit.cls_token.expand(len(images), -1, -1), tokens), 1) + vit.pos_embed
        if registers:
            extra = model.register_tokens.expand(len(images), -1, -1)
            tokens = torch.cat((tokens[:, :1], extra, tokens[:, 1:]), 1)
        return vit.norm(vit.blocks(tokens))[:, 0]

    def write(state, folder):
        renamed = lambda key: key.replace("fc1", "w12").replace("fc2", "w3") if gated else key
        torch.save({renamed(k): v for k, v in state.items()} | {"mask_token": mask}, folder / "dinov2.pth")

    def oblong(images):
        other = build((12, 20)).double().eval()
        state = dict(model.state_dict())
        state.pop("register_tokens", None)
        state["pos_embed"] = dinov2_positions(state["pos_embed"], 3, 5, 0 if registers else 0.1, registers)
        other.load_state_dict(state)
        return run(other, images)

    numbers(name, model, lambda images: run(model, images), oblong, write)


dinov2("dinov2", False, False)
dinov2("dinov2-registers", True, False)
dinov2("dinov2-gated", False, True)


def mae(name, rows, **arguments):
    """Fine-tuned: {"model": …} with what its training saves beside it."""
    model = draw(Timm(img_size=8, **SIZES | arguments))

    def write(state, folder):
        optimizer = {"state": {}, "param_groups": [{"lr": 0.1}]}
        torch.save({"model": state | rows, "optimizer": optimizer, "epoch": 3, "scaler": {"scale": 1.0}}, folder / "mae.pth")

    # A plain one's positions are resized by this library's rule, see docs/checkpoints.md.
    numbers(name, model, model, lambda images: model(SQUARE.double()), write)


decoder = {"mask_token": torch.randn(1, 1, 8), "decoder_pos_embed": torch.randn(1, 5, 8)}
decoder |= {"decoder_blocks.0.norm1.weight": torch.randn(8), "decoder_pred.weight": torch.randn(48, 8)}
mae("mae-pretrain", decoder)
mae("mae-finetuned", {}, global_pool="avg", num_classes=3)


def big_vision(name):
    """Transformers' SigLIP, whose weights came from such files, under the names of big_vision."""
    model = draw(SiglipVisionModel(SiglipVisionConfig(**VISION)))

    def kernel(weight):
        return weight.T.numpy()

    def layer(of, into, state, arrays, heads=None, part=slice(None)):
        weight, bias = state[of + "weight"][part], state[of + "bias"][part]
        if heads == "in":
            arrays[into + "/kernel"], arrays[into + "/bias"] = kernel(weight).reshape(16, 2, 8), bias.numpy().reshape(2, 8)
        elif heads == "out":
            arrays[into + "/kernel"], arrays[into + "/bias"] = kernel(weight).reshape(2, 8, 16), bias.numpy()
        else:
            arrays[into + "/kernel"], arrays[into + "/bias"] = kernel(weight), bias.numpy()

    def norm(of, into, state, arrays):
        arrays[into + "/scale"], arrays[into + "/bias"] = state[of + "weight"].numpy(), state[of + "bias"].numpy()

    def write(state, folder):
        arrays = {}
        img = "params/img/"
        arrays[img + "pos_embedding"] = state["embeddings.position_embedding.weight"][None].numpy()
        arrays[img + "embedding/kernel"] = state["embeddings.patch_embedding.weight"].permute(2, 3, 1, 0).numpy()
        arrays[img + "embedding/bias"] = state["embeddings.patch_embedding.bias"].numpy()
        attention = "/MultiHeadDotProductAttention_0/"
        for i in range(2):
            of, into = f"encoder.layers.{i}.", f"{img}Transformer/encoderblock_{i}"
            norm(of + "layer_norm1.", into + "/LayerNorm_0", state, arrays)
            norm(of + "layer_norm2.", into + "/LayerNorm_1", state, arrays)
            for short, long in ("q", "query"), ("k", "key"), ("v", "value"):
                layer(f"{of}self_attn.{short}_proj.", into + attention + long, state, arrays, "in")
            layer(of + "self_attn.out_proj.", into + attention + "out", state, arrays, "out")
            for n in 0, 1:
                layer(f"{of}mlp.fc{n + 1}.", f"{into}/MlpBlock_0/Dense_{n}", state, arrays)
        norm("post_layernorm.", img + "Transformer/encoder_norm", state, arrays)
        pool = img + "MAPHead_0"
        arrays[pool + "/probe"] = state["head.probe"].numpy()
        for n, long in enumerate(("query", "key", "value")):
            layer("head.attention.in_proj_", pool + attention + long, state, arrays, "in", slice(16 * n, 16 * n + 16))
        layer("head.attention.out_proj.", pool + attention + "out", state, arrays, "out")
        norm("head.layernorm.", pool + "/LayerNorm_0", state, arrays)
        for n in 0, 1:
            layer(f"head.mlp.fc{n + 1}.", f"{pool}/MlpBlock_0/Dense_{n}", state, arrays)
        arrays["params/txt/Embed_0/embedding"] = numpy.zeros((5, 8), "float32")
        arrays["params/t"] = arrays["params/b"] = numpy.zeros(1, "float32")
        numpy.savez(folder / "siglip.npz", **arrays)

    run = lambda images: model(images).pooler_output
    numbers(name, model, run, lambda images: run(SQUARE.double()), write)


big_vision("big-vision")


transformers(
    "clip-projection",
    CLIPVisionModelWithProjection,
    CLIPVisionConfig(projection_dim=6, **VISION),
    lambda result: result.image_embeds,
)
open_clip("open-clip-projection", False, projected=True)


def open_clip_trunk(name):
    """A tower of timm's in OpenCLIP: timm's test_vit made smaller still, pooled by attention, whose head is
    the projection."""
    small = dict(img_size=8, patch_size=4, embed_dim=16, depth=2, num_heads=2, mlp_ratio=2)
    create = timm.create_model
    vision = dict(timm_model_name="test_vit", timm_pool="map", timm_proj=None, image_size=8)
    text = dict(context_length=4, vocab_size=5, width=8, heads=1, layers=1)

    def build(size):
        timm.create_model = lambda name, **arguments: create(name, **arguments | small | {"img_size": size})
        try:
            return CustomTextCLIP(6, vision, text)
        finally:
            timm.create_model = create

    model = draw(build(8))

    def write(state, folder):
        torch.save(state, folder / "open_clip_pytorch_model.bin")
        preprocess = {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.4, 0.3], "interpolation": "bicubic", "resize_mode": "squash"}
        said = {"model_cfg": {"embed_dim": 6, "vision_cfg": vision, "text_cfg": text}, "preprocess_cfg": preprocess}
        (folder / "open_clip_config.json").write_text(json.dumps(said) + "\n")

    def oblong(images):
        other = build(tuple(images.shape[2:])).double().eval()
        state = {k.removeprefix("visual.trunk."): v for k, v in model.state_dict().items() if "trunk" in k}
        state = timm.models.vision_transformer.checkpoint_filter_fn(state, other.visual.trunk)
        other.visual.trunk.load_state_dict(state)
        return other.visual(images)

    numbers(name, model, model.visual, oblong, write)


open_clip_trunk("open-clip-trunk")


def deit3(name):
    """Under the names of the original code."""
    arguments = SIZES | dict(img_size=8, init_values=1e-5, no_embed_class=True, num_classes=3)
    model = draw(Timm(**arguments))

    def write(state, folder):
        state = {k.replace("ls1.gamma", "gamma_1").replace("ls2.gamma", "gamma_2"): v for k, v in state.items()}
        torch.save({"model": state}, folder / "pytorch_model.bin")
        said = {"architecture": "deit3_small_patch16_224", "model_args": {"num_heads": 2, "img_size": 8}}
        (folder / "config.json").write_text(json.dumps(said) + "\n")

    def oblong(images):
        other = Timm(**arguments | {"img_size": (12, 20)}).double().eval()
        other.load_state_dict(timm.models.vision_transformer.checkpoint_filter_fn(model.state_dict(), other))
        return other(images)

    numbers(name, model, model, oblong, write)


deit3("deit3")


def big_vision_classifier(name):
    """Its own plain ViT, of the mean of all patches: timm's, which reads such files, under the names there."""
    arguments = SIZES | dict(img_size=8, num_classes=3, class_token=False, global_pool="avg", fc_norm=False)
    build = lambda: Timm(**arguments, act_layer=lambda: nn.GELU(approximate="tanh"))
    model = draw(build())

    def write(state, folder):
        arrays = {"pos_embedding": state["pos_embed"], "embedding/bias": state["patch_embed.proj.bias"]}
        arrays["embedding/kernel"] = state["patch_embed.proj.weight"].permute(2, 3, 1, 0)

        def layer(of, into):
            arrays[into + "/kernel"], arrays[into + "/bias"] = state[of + ".weight"].T, state[of + ".bias"]

        def norm(of, into):
            arrays[into + "/scale"], arrays[into + "/bias"] = state[of + ".weight"], state[of + ".bias"]

        for i in range(2):
            of, into = f"blocks.{i}", f"Transformer/encoderblock_{i}"
            attention = into + "/MultiHeadDotProductAttention_0"
            for n, long in enumerate(("query", "key", "value")):
                part = slice(16 * n, 16 * n + 16)
                arrays[f"{attention}/{long}/kernel"] = state[of + ".attn.qkv.weight"][part].T.reshape(16, 2, 8)
                arrays[f"{attention}/{long}/bias"] = state[of + ".attn.qkv.bias"][part].reshape(2, 8)
            layer(of + ".attn.proj", attention + "/out")
            arrays[attention + "/out/kernel"] = arrays[attention + "/out/kernel"].reshape(2, 8, 16)
            for n in 0, 1:
                norm(f"{of}.norm{n + 1}", f"{into}/LayerNorm_{n}")
                layer(f"{of}.mlp.fc{n + 1}", f"{into}/MlpBlock_0/Dense_{n}")
        norm("norm", "Transformer/encoder_norm")
        layer("head", "head")
        numpy.savez(folder / "vit.npz", **{"params/" + k: v.numpy() for k, v in arrays.items()})
        again = build().double().eval()
        again.load_pretrained(folder / "vit.npz", prefix="params/")
        assert all(torch.equal(v, state[k].double()) for k, v in again.state_dict().items())

    numbers(name, model, model, lambda images: model(SQUARE.double()), write)


big_vision_classifier("big-vision-classifier")

transformers("deit", DeiTForImageClassification, DeiTConfig(**VISION), logits)
transformers("deit-two-heads", DeiTForImageClassificationWithTeacher, DeiTConfig(**VISION), logits)
