"""The words of commands about posts, one's own data and switches, in the form of `words`."""

from __future__ import annotations

from dgroup.commands.words import Table

POSTS: Table = {
    # --- posts ---
    "GET": {
        "en": "get|getpost|read|fetch|retriev*|show",
        "fr": "lire|lis|lisez|obtenir|afficher|montre*|voir",
        "es": "leer|lee|obtener|mostrar|ver",
        "pt": "ler|leia|obter|mostrar|ver",
        "de": "lesen|zeige*|hole*",
        "it": "leggere|leggi|mostra*",
        "nl": "lezen|lees|toon",
    },
    "THREAD": {
        "en": "thread|threads|conversation|discussion|topic",
        "fr": "fil|fils|fil de discussion|discussion|conversation|sujet",
        "es": "hilo|hilos|discusión|conversación|tema",
        "pt": "fio|fios|discussão|conversa|tópico|assunto",
        "de": "faden|diskussion|thema",
        "it": "filo|discussione|argomento",
        "nl": "draad|discussie|onderwerp",
    },
    "LAST": {
        "en": "last|latest|newest|most recent",
        "fr": "dernier|derniers|dernière|dernières",
        "es": "último|últimos|última|últimas",
        "pt": "último|últimos|última|últimas",
        "de": "letzte|letzten|neueste*",
        "it": "ultimi|ultime|ultimo",
        "nl": "laatste|nieuwste",
    },
    "SEARCH": {
        "en": "search|find|look for|look up|searching",
        "fr": "cherch*|recherch*|trouver",
        "es": "busc*|encontrar",
        "pt": "procur*|pesquis*|busc*|encontrar",
        "de": "such*|finde*",
        "it": "cerca*|trova*",
        "nl": "zoek*|vind",
    },
    "HIDE": {
        "en": "hide|take down|takedown|unpublish*",
        "fr": "cacher|cachez|cache|masqu*",
        "es": "ocult*|esconder",
        "pt": "ocult*|esconder|esconda",
        "de": "verstecken|verbergen|ausblenden",
        "it": "nascond*",
        "nl": "verberg*",
    },
    "MUTE": {
        "en": "mute|silence|ignore",
        "fr": "muet|muette|sourdine|ignorer|rendre muet|mettre en sourdine",
        "es": "silenci*|ignorar",
        "pt": "silenci*|ignorar",
        "de": "stumm*",
        "it": "silenzi*",
        "nl": "dempen|demp",
    },
    "UNMUTE": {
        "en": "unmute|un mute|follow again",
        "fr": "plus muet|réentendre|démuter|enlever la sourdine|suivre à nouveau",
        "es": "escuchar|escucha|desilenci*|dessilenci*|dejar de silenciar|volver a seguir",
        "pt": "ouvir|ouça|dessilenci*|desilenci*|deixar de silenciar|reativar fio",
        "de": "laut",
    },
    # --- one's own data, switches ---
    "DATA": {
        "en": "my data|personal data|mydata|data about me|data you have|data you keep|data you hold|"
        "information about me|information you have|what you know about me|gdpr|my personal data",
        "fr": "mes données|données personnelles|mes informations|données me concernant|rgpd",
        "es": "mis datos|datos personales|datos que tienen|rgpd",
        "pt": "meus dados|dados pessoais|os meus dados|lgpd|minhas informações",
        "de": "meine daten|persönliche daten|dsgvo",
        "it": "miei dati|dati personali",
        "nl": "mijn gegevens|persoonsgegevens|avg",
    },
    "ERASE": {
        "en": "eras*|forget me|wipe|right to be forgotten|be forgotten",
        "fr": "effac*|oubliez moi|droit à l oubli",
        "es": "borr*|olvíden*|derecho al olvido",
        "pt": "apag*|esqueçam*|direito ao esquecimento",
        "de": "vergesst mich|alles löschen",
        "it": "dimenticatemi|diritto all oblio",
        "nl": "wis|vergeet mij",
    },
    "ACCOUNT": {
        "en": "account|everything about me|all my posts|all about me|everything of mine|everything you have|all you have|all that you have",
        "fr": "compte|tout ce qui me concerne|tout ce que vous avez|tout ce que vous savez|tous mes messages",
        "es": "cuenta|todo sobre mí|todo lo que tengan|todo lo que tienen|todos mis mensajes",
        "pt": "conta|tudo sobre mim|tudo o que têm|tudo o que tenham|todas as minhas mensagens",
        "de": "konto",
        "it": "account",
        "nl": "account",
    },
    "RECEIPT": {
        "en": "receipt|receipts|acknowledg*|acks|ack",
        "fr": "accusé de réception|accusés de réception|accusé|accusés|reçu|reçus",
        "es": "acuse|acuses|acuse de recibo|acuses de recibo|confirmación de envío",
        "pt": "aviso de recepção|avisos de recepção|recibo|recibos|aviso de recebimento",
        "de": "empfangsbestätigung*",
        "it": "ricevuta|ricevute",
        "nl": "ontvangstbevestiging*",
    },
    "COPY": {
        "en": "copy|copies|own copy|my own posts|copies of my own posts|my own messages|my own mails",
        "fr": "copie|copies|mes propres messages|mes propres mails",
        "es": "copia|copias|mis propios mensajes|mis propios correos",
        "pt": "cópia|cópias|minhas próprias mensagens|próprias mensagens",
        "de": "kopie|kopien|eigenen nachrichten",
        "it": "copia|copie",
        "nl": "kopie|kopieën",
    },
}
"""meaning -> language -> words, of what members ask about posts and their own data"""
