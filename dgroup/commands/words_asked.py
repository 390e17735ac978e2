"""What people ask about their own settings, posts and data in whole turns of phrase, in the form of `words`."""

from __future__ import annotations

from dgroup.commands.words import Table

ASKED: Table = {
    "NOMORE": {
        "en": "want nothing more|want nothing further|nothing more|nothing further|no more of it|no more of this",
        "es": "no quiero recibir nada más|no quiero nada más|no me manden nada más|no me envíen nada más|no deseo recibir nada más",
        "fr": "ne veux plus rien|ne souhaite plus rien|ne m envoyez plus rien|ne plus rien",
    },
    "WANT": {"en": "want nothing more|want nothing further"},
    "LEAVE": {
        "en": "grateful if you took me off|glad if you took me off|happy if you took me off|appreciate it if you took me off|grateful if you removed me|"
        "appreciate it if you removed me|glad if you removed me"
    },
    "REMOVE": {"en": "take him off|take her off|take them off|take him out|take her out|take them out|get him off|get her off|get them off"},
    "OTHERS": {"en": "take him off|take her off|take them off|take him out|take her out|take them out|get him off|get her off|get them off"},
    "MUTE": {"en": "muting|muted", "es": "silenciando", "pt": "silenciando"},
    "HOW": {
        "en": "where is|where s|where are|where in|where does it say|where would i|where should i|where did you put|is there a link|which word do i|"
        "which words do i|what words do i|what can i write|what may i write|what am i supposed to write|what do you understand",
        "fr": "où est|où se trouve|où trouver|où trouve t on|où est ce que|y a t il un lien|quel mot dois je|quels mots|"
        "que puis je écrire|qu est ce que je peux écrire|que peut on écrire",
        "es": "dónde está|dónde encuentro|dónde aparece|dónde queda|hay un enlace|hay algún enlace|qué palabra|qué palabras|"
        "qué puedo escribir|qué se puede escribir|cómo le hago",
        "pt": "onde está|onde fica|onde encontro|onde aparece|há um link|existe um link|tem algum link|que palavra|que palavras|"
        "o que posso escrever|que posso escrever|como é que faço|como faço",
    },
    "STATUS": {
        "en": "address do you have for me|address have you got for me|address am i|address is registered|address you have for me|email do you have for me|"
        "email am i|how often i should|how often should i|how often do i get|how often i get|how often will i|how am i set up|how am i subscribed|"
        "how i am subscribed|how am i registered|how i am registered|how am i listed|how i am listed|how i am set up|am i on|am i getting|am i paused|am i still paused|is my pause|are my mails paused|"
        "what mode am i|which mode am i|what mode i am|which mode i am|what did i choose|what have i chosen|what is set for me|what are my settings|"
        "what my settings|my current settings|how do i receive|am i registered|am i signed up|am i in the group|am i on the list|do you still have me",
        "fr": "quelle adresse avez vous|quelle adresse vous avez|quelle adresse suis je|sous quelle adresse|avec quelle adresse|à quelle adresse|"
        "quel mode suis je|dans quel mode|quel est mon mode|quelle fréquence|à quel rythme|ma pause est elle|ma pause est toujours|suis je en|"
        "où en est mon abonnement|où en est mon inscription|quels sont mes réglages|qu est ce qui est réglé pour moi|comment suis je abonn*",
        "es": "qué dirección tienen|qué dirección tengo|con qué dirección|con qué correo|con qué email|a qué dirección|a qué correo|qué correo tienen|"
        "en qué modo|qué modo tengo|con qué frecuencia|cada cuánto|estoy en pausa|sigo en pausa|cómo está mi suscripción|cómo está mi inscripción|"
        "qué tengo puesto|cuáles son mis ajustes|cómo tengo configurad*",
        "pt": "que endereço têm|qual endereço|que endereço vocês têm|com que endereço|com que email|com que e mail|com qual email|com qual e mail|"
        "qual o email que têm|em que modo|qual o meu modo|com que frequência|de quanto em quanto tempo|estou em pausa|"
        "como está a minha inscrição|como está minha inscrição|a minha inscrição ainda|minha inscrição ainda|quais são as minhas definições",
    },
    "DATA": {
        "en": "do you have about me|do you have on me|do you hold about me|do you keep about me|do you keep on me|do you store about me|do you know about me|"
        "is kept about me|is stored about me|data on me|information on me|file on me",
        "fr": "avez vous sur moi|avez vous enregistré sur moi|savez vous sur moi|savez vous de moi|gardez vous sur moi|conservez vous sur moi|"
        "données que vous conservez|données que vous avez|données que vous gardez|données à mon sujet|informations à mon sujet|conservez à mon sujet",
        "es": "qué datos tienen|qué datos guardan|qué información tienen|qué saben de mí|qué saben sobre mí|qué guardan de mí|datos que guardan|"
        "datos que conservan|lo que guardan de mí|datos que hay sobre mí",
        "pt": "que dados têm|que dados guardam|quais dados vocês têm|que informação têm|o que guardam sobre mim|dados que guardam|dados que conservam|"
        "que dados há sobre mim",
    },
    "DIGEST": {"en": "bundle things up|bundle it up|bundle it all|bundle|bundle them|bundle up|all together"},
    "JOIN": {
        "en": "put me back|put us back|add me back|let me back|take me back|readd me|re add me",
        "fr": "remettez moi sur la liste|remettez moi dans le groupe|remettez moi dans la liste|réintégr*",
        "es": "vuelvan a ponerme en la lista|vuelvan a incluirme|reincorp*|vuélvanme a incluir|vuélvanme a poner en la lista",
        "pt": "voltem a pôr me na lista|ponham me de volta|incluam me de novo|reintegr*|voltem a incluir me",
    },
    "HOLD": {"en": "keep my mail|keep my mails|keep my messages|keep my emails|keep all mails|keep everything"},
    "MISSED": {"en": "never reached me|never arrived|did not reach me|didn t reach me|wiped"},
    "MONTHLY": {
        "en": "one time in the month|one time a month|one time per month|once in a month|once in the month|1x month|1 time a month",
        "fr": "une seule fois par mois|1 fois par mois|1x par mois", "es": "1 vez al mes|una sola vez al mes", "pt": "1 vez por mês|uma só vez por mês",
    },
    "WEEKLY": {
        "en": "one time in the week|one time a week|one time per week|once in a week|once in the week|1 time a week",
        "fr": "une seule fois par semaine|1 fois par semaine|1x par semaine", "es": "1 vez a la semana|1 vez por semana", "pt": "1 vez por semana|uma só vez por semana",
    },
    "DAILY": {
        "en": "one time in the day|one time a day|one time per day|1 time a day", "fr": "une seule fois par jour|1 fois par jour",
        "es": "1 vez por día|una sola vez al día", "pt": "1 vez ao dia|uma só vez por dia",
    },
    "RECEIPT": {
        "en": "confirm to me|confirm it to me|confirm when my|confirm that my|tell me each time my|notice that my message|note that my message|word that my message|mail that my message arrived|proof that my message",
        "fr": "avis que mon message|message qui dit que mon message|mot disant que mon message|m avertir que mon message|preuve que mon message",
        "es": "aviso de que mi mensaje|aviso de que mi correo|aviso de que llegó mi|avisen que mi mensaje|avisen cuando mi mensaje",
        "pt": "aviso de que a minha mensagem|aviso de que minha mensagem|aviso de que o meu email|avisem que a minha mensagem|avisem quando a minha mensagem",
    },
    "COPY": {
        "en": "a copy of my own|a copy of my post|a copy of my posts|a copy of my mail|a copy of my mails|a copy of my message|a copy of my messages|"
        "a copy of what i write|a copy of what i send",
    },
    "SEARCH": {
        "en": "looking for|searching for|hunting for|was there anything about|was there ever anything|do you have anything about|do you have anything on|"
        "is there anything about|is there anything on|what was the post about|what was said about|what has been said about|has anyone written about|"
        "has anybody written about|did anyone write about",
        "fr": "avez vous quelque chose sur|quelqu un a t il écrit sur|a t on parlé de|on a parlé de",
        "es": "tienen algo sobre|alguien escribió sobre|se habló de|se ha hablado de",
        "pt": "têm algo sobre|têm alguma coisa sobre|alguém escreveu sobre|falou se de|já se falou de",
    },
    "UNMUTE": {
        "en": "want to follow|like to follow|start following|follow it again|hear of thread", "fr": "suivre de nouveau|recommencer à suivre",
        "es": "volver a recibir el hilo", "pt": "voltar a receber o fio",
    },
    "NOTHING": {
        "en": "is full|are full|inbox full|mailbox full|memory full|phone full|storage full|always full|almost full|on my way|sorry for my english|my english|"
        "my bad english|my poor english|excuse my english",
        "fr": "est pleine|est plein|sont pleins|boîte pleine|mémoire pleine|mon français|mon mauvais français",
        "es": "está lleno|está llena|están llenos|buzón lleno|memoria llena|mi español|mi mal español",
        "pt": "está cheio|está cheia|estão cheios|caixa cheia|memória cheia|meu português|o meu mau português",
    },
}  # fmt: skip
"""meaning -> language -> phrases; none of them tells a command from an ordinary post"""
