"""Talks to an emulator as a user's program does, with the official `openai` SDK alone.

Usage: sdk.py ADDRESS SECRET|KEY DIALECT RECORDING, where RECORDING holds s16le samples at 24 kHz. Prints one JSON
object: the types of all events in their order as the SDK parsed them, and what was said.
"""

import asyncio
import base64
import json
import sys

from openai import AsyncOpenAI

FRAME = 9600
STUCK = 60


def audio(recording):
    with open(recording, "rb") as file:
        said = file.read()
    silence = bytes(FRAME)
    frames = [said[at : at + FRAME] for at in range(0, len(said), FRAME)]
    return [base64.b64encode(frame).decode() for frame in [silence] * 2 + frames + [silence] * 8]


async def translate(client, frames):
    told = {"types": [], "classes": [], "source": "", "target": "", "audio": 0, "odd": 0}
    async with client.realtime.translations.connect(model="gpt-realtime-translate") as connection:
        await connection.session.update(
            session={
                "audio": {
                    "input": {"transcription": {"model": "gpt-realtime-whisper"}},
                    "output": {"language": "es"},
                }
            }
        )

        async def speak():
            for frame in frames:
                await connection.session.input_audio_buffer.append(audio=frame)
                await asyncio.sleep(0.2)
            await connection.session.close()

        speaking = asyncio.create_task(speak())
        async for event in connection:
            told["types"].append(event.type)
            told["classes"].append(type(event).__name__)
            if event.type == "session.input_transcript.delta":
                told["source"] += event.delta
            elif event.type == "session.output_transcript.delta":
                told["target"] += event.delta
            elif event.type == "session.output_audio.delta":
                length = len(base64.b64decode(event.delta))
                told["audio"] += length
                told["odd"] += length % 2
        await speaking
    return told


async def converse(client, frames):
    told = {"types": [], "classes": [], "source": "", "target": "", "audio": 0, "usage": None}
    async with client.realtime.connect(model="gpt-realtime") as connection:
        await connection.session.update(
            session={
                "type": "realtime",
                "instructions": "Interpret from English into Spanish.",
                "audio": {
                    "input": {
                        "transcription": {"model": "gpt-4o-transcribe", "language": "en"},
                        "turn_detection": {"type": "server_vad", "silence_duration_ms": 500},
                    }
                },
            }
        )

        async def speak():
            for frame in frames:
                await connection.input_audio_buffer.append(audio=frame)
                await asyncio.sleep(0.2)

        speaking = asyncio.create_task(speak())
        done = set()
        async for event in connection:
            told["types"].append(event.type)
            told["classes"].append(type(event).__name__)
            if event.type == "conversation.item.input_audio_transcription.completed":
                told["source"] = event.transcript
                done.add("source")
            elif event.type == "response.output_audio_transcript.done":
                told["target"] = event.transcript
            elif event.type == "response.output_audio.delta":
                told["audio"] += len(base64.b64decode(event.delta))
            elif event.type == "response.done":
                told["usage"] = event.response.usage.total_tokens
                told["status"] = event.response.status
                done.add("response")
            if done == {"source", "response"}:
                break
        await speaking
    return told


async def secret(client, frames):
    made = await client.realtime.client_secrets.create(
        session={"type": "realtime", "model": "gpt-realtime", "audio": {"output": {"voice": "cedar"}}}
    )
    translation = await client.realtime.translations.client_secrets.create(
        session={"model": "gpt-realtime-translate", "audio": {"output": {"language": "fr"}}},
        expires_after={"anchor": "created_at", "seconds": 60},
    )
    told = {"values": [made.value, translation.value], "expires": [made.expires_at, translation.expires_at]}
    voices = []
    for _ in range(2):
        with_secret = AsyncOpenAI(base_url=str(client.base_url), api_key=made.value)
        async with with_secret.realtime.connect(model="gpt-realtime") as connection:
            async for event in connection:
                voices.append(event.session.audio.output.voice)
                break
    with_secret = AsyncOpenAI(base_url=str(client.base_url), api_key=translation.value)
    async with with_secret.realtime.translations.connect(model="gpt-realtime-translate") as connection:
        async for event in connection:
            told["language"] = event.session.audio.output.language
            break
    told["voices"] = voices
    return told


async def main(address, key, dialect, recording):
    client = AsyncOpenAI(base_url=f"http://{address}/v1", api_key=key)
    talk = {"translation": translate, "conversation": converse, "secrets": secret}[dialect]
    told = await asyncio.wait_for(talk(client, audio(recording)), STUCK)
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
