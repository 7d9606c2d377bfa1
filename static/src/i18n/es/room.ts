// Spanish texts of the room page.
import type { Texts } from "../texts.ts";

export const room: Texts["room"] = {
  shortcuts: {
    microphone: "En una sala: encender o apagar el micrófono",
    space: "Espacio",
    pushToTalk: "En una sala: mantener para hablar",
    write: "En una sala: escribir",
    swap: "En una sala: intercambiar los idiomas",
  },
  speaking: {
    title: "Hablar",
    microphone: "Micrófono",
    turnOn: "Encender el micrófono",
    turnOff: "Apagar el micrófono",
    hold: "Mantener para hablar",
    holdTip: "Mantén pulsado para hablar",
    mute: "Silenciar",
    unmute: "Que se te vuelva a oír",
    settings: "Ajustes del micrófono",
    pushToTalk: "Pulsar para hablar",
    pushToTalkHint: "Solo se te oye mientras mantienes el botón del micrófono o la barra espaciadora.",
    level: "Nivel del micrófono",
    notRecognised: "Aquí no se reconoce el habla en {{language}}. Puedes escribir: se interpreta igualmente.",
    status: {
      off: "Micrófono apagado",
      opening: "Abriendo el micrófono…",
      heard: "Se te oye",
      muted: "En silencio: nadie te oye",
      hold: "Mantén el botón o la barra espaciadora para hablar",
      offline: "Sin conexión: ahora mismo nadie te oye",
      lost: "El micrófono ya no está. Vuelve a conectarlo, o elige otro y enciéndelo.",
    },
    hints: {
      quiet: "Apenas se oye nada. Habla más cerca del micrófono o súbelo en los ajustes de tu dispositivo.",
      clipping: "Demasiado fuerte: la voz se distorsiona. Aléjate un poco o baja el micrófono.",
    },
    device: {
      label: "Dispositivo",
      standard: "El que elija el navegador",
      unnamed: "Micrófono {{number}}",
      last: "El último elegido",
      absent: "El último elegido (no está)",
      gone: "El micrófono que elegiste no está ahora.",
      goneAdvice: "No está ahora. Conéctalo o elige otro.",
    },
    problems: {
      refused:
        "El navegador no deja que esta página use el micrófono. Permítelo en los ajustes del sitio, junto a la dirección, e inténtalo de nuevo. Mientras tanto puedes escribir.",
      no_device: "No se encontró ningún micrófono. Conecta uno e inténtalo de nuevo. Mientras tanto puedes escribir.",
      gone: "El micrófono que elegiste no está. Conéctalo, o elige otro, e inténtalo de nuevo.",
      busy: "Otro programa está usando el micrófono. Ciérralo e inténtalo de nuevo.",
      insecure:
        "Los navegadores solo dan el micrófono a páginas en https o en localhost. Abre esta página así, o escribe.",
      blocked: "El navegador no inició el sonido. Pulsa el botón otra vez.",
      failed:
        "No se pudo abrir el micrófono. Vuelve a cargar la página e inténtalo de nuevo. Mientras tanto puedes escribir.",
    },
    file: {
      choose: "Usar un archivo",
      chooseTip: "Interpretar un archivo de audio como si lo dijeras tú",
      drop: "Suelta el archivo de audio para que se interprete",
      opening: "Leyendo el archivo…",
      progress: "Dicho hasta ahora",
      time: "{{at}} de {{whole}}",
      speaking: "Este archivo se está diciendo en la sala",
      paused: "En pausa",
      waiting: "La red va lenta: esperando",
      offline: "Sin conexión: esperando para seguir desde aquí",
      pause: "Pausar el archivo",
      resume: "Seguir con el archivo",
      cancel: "Parar el archivo",
      microphoneOff: "Mientras tanto, el micrófono está apagado.",
      problems: {
        unreadable:
          "«{{name}}» no se puede leer como sonido. Sirven WAV, MP3, Ogg, FLAC, M4A y WebM; conviértelo a uno de ellos.",
        empty: "No hay sonido en «{{name}}». Elige otro archivo.",
        too_long: "«{{name}}» dura más de media hora. Córtalo en partes más cortas.",
      },
    },
  },
  hearing: {
    title: "Escuchar",
    muteAll: "Silenciar todo",
    volume: "Voces traducidas",
    ducking: "Originales bajo una traducción",
    duckingHint: "Con qué volumen queda una voz original mientras se oye su traducción.",
    now: "Se oye ahora:",
    nobody: "Ahora no se oye ninguna voz.",
    headphones: "Usa auriculares para que tu micrófono no oiga la traducción.",
  },
};
