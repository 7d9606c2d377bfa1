#!/bin/sh
# Makes the recordings of this folder anew; INDEX.md says from what. Needs ffmpeg, flite and pocketsphinx-testdata.
set -eu
cd "$(dirname "$0")"
data=/usr/share/pocketsphinx/test/data
exact="-map_metadata -1 -fflags +bitexact -flags:a +bitexact"
goforward() { ffmpeg -v error -y -f s16le -ar 16000 -ac 1 -i "$data/goforward.raw" $exact "$@"; }
goforward -t 1.2 -ar 8000 -c:a pcm_s16le wav-pcm.wav
goforward -t 1.2 -ar 8000 -c:a pcm_s16le -f wav - >wav-streamed.wav
goforward -ar 44100 -ac 2 -c:a libmp3lame -b:a 64k mp3.mp3
goforward -ar 8000 -c:a flac flac.flac
goforward -c:a libvorbis -q:a 2 ogg-vorbis.ogg
goforward -c:a libopus -b:a 24k ogg-opus.ogg
goforward -ac 2 -c:a libopus -b:a 24k webm-opus.webm
goforward -c:a libopus -b:a 24k -f webm -live 1 webm-opus-live.webm
goforward -c:a libvorbis -q:a 2 webm-vorbis.webm
goforward -c:a aac -b:a 32k mp4-aac.m4a
ffmpeg -v error -y -f lavfi -i testsrc=size=32x32:rate=5:duration=1 $exact -c:v libvpx -b:v 10k webm-no-audio.webm
say() { flite -voice slt -t "$2" -o say.tmp.wav; ffmpeg -v error -y -i say.tmp.wav $exact -c:a libopus -b:a 24k "$1"; rm say.tmp.wav; }
say said-yes.ogg "Yes."
say said-pause.ogg "Let's start the call, everyone is here."
say said-long.ogg "I think we should change the price of the product."
ffmpeg -v error -y -f s16le -ar 16000 -ac 1 -i "$data/something.raw" $exact -c:a libopus -b:a 24k said-something.ogg
