"""The words of members' own commands, by what they mean (COMMANDS D3): en fr es pt, and de it nl.

A word with `*` stands for all that begin so; several words are a phrase. Accents and case do not
count. What combinations of meanings ask for stands in `frames`; add a word here, not there.
"""

from __future__ import annotations

Table = dict[str, dict[str, str]]

OWN: Table = {
    # --- in and out ---
    "LEAVE": {
        "en": "unsubscrib*|unsub|signoff|sign off|sign me off|opt out|opt me out|take me off|"
        "take me out|get me off|count me out|drop me|unjoin|unregister*|deregister*|un subscribe|"
        "off the list|off this list|off your list|off the mailing|off the group|off this mailing|"
        "withdraw from the group|withdraw from this group|withdraw from the list|withdraw from this list|withdraw my membership|resign from the group|"
        "unlist me|let me out|get me out|take my name off|take my name out|take my address off|"
        "take my address out|take us off|have me off",
        "fr": "désinscri*|desincri*|désabonn*|se désinscrire|me sortir|sortez moi",
        "es": "baja|dar de baja|darme de baja|desuscri*|desapunt*|desafili*|dejar el grupo|"
        "dejar la lista|dejar este grupo|dejar esta lista",
        "pt": "desinscrev*|desinscri*|descadastr*|desassin*|dar baixa|deixar o grupo|"
        "deixar a lista|deixar este grupo|deixar esta lista|desvincul*",
        "de": "nehmen sie mich aus|nehmt mich aus|nimm mich aus|nehmen sie mich von|lassen sie mich raus|abmeld*|austrag*|abbestell*|austret*|melde ab|trage aus|tragen sie mich aus",
        "it": "levatemi|levami|uscire dalla lista|uscire dal gruppo|disiscri*|disabbon*|cancellami|cancellatemi|cancellarmi|toglietemi|toglimi",
        "nl": "haal me van|haal mij van|haal me uit|haal mij uit|uitschrij*|afmeld*|schrijf me uit|schrijf mij uit|meld me af",
    },
    "GO": {
        "en": "leave|leaving|quit|quitting|exit|get out of|step out of",
        "fr": "quitt*|sortir|sors",
        "es": "salir*|salgo|salirme|abandonar|irme",
        "pt": "sair|saio|abandonar",
        "de": "verlassen|verlasse|aussteigen",
        "it": "uscire|lasciare|abbandonare",
        "nl": "verlaten|verlaat|stap uit",
    },
    "REMOVE": {
        "en": "remov*|remove|delet*|delete|drop|strike|take off|take out|take away",
        "fr": "retir*|enlev*|supprim*|radier|radiez|rayer|rayez|ôter|ôtez|exclu*|ret",
        "es": "quitar|quitarme|quita|quite|quiten|quitame|quiteme|quitenme|quitad|elimin*|sacar*|"
        "sacame|saquen*|saque|retir*|retír*|remov*|remuev*|exclu*|expuls*",
        "pt": "remov*|retir*|exclu*|tirar*|tirem*|elimin*|expuls*|tire|tira",
        "de": "entfern*|lösch*|streich*|rauswerfen",
        "it": "rimuov*|elimin*|togli*",
        "nl": "verwijder*|haal|schrap*",
    },
    "STOP": {
        "en": "stop*|stop|cease|put an end|enough already|discontinu*|halt|do without",
        "fr": "arrêt*|cess*|stopp*|stop|y en a marre|en finir|dispens*",
        "es": "dejar*|dejen|deje|deja|detener|detén*|parar|paren|pare|basta de|ya basta|cesar|cesen|stop|prescind*",
        "pt": "parar|parem|pare|deixar de|deixem de|deixe de|cessar|cessem|chega de|stop|prescind*|dispens*",
        "de": "aufhör*|stopp*|beenden|hört auf|stop|verzicht*",
        "it": "smett*|ferm*|basta con|stop",
        "nl": "stop*|ophouden|hou op",
    },
    "CANCEL": {
        "en": "cancel*|terminat*|revok*|withdraw*|end my|call off",
        "fr": "annul*|résili*|mettre fin|mettez fin",
        "es": "cancel*|anul*|revoc*",
        "pt": "cancel*|anul*|encerr*|revog*",
        "de": "kündig*|stornier*|widerruf*",
        "it": "annull*|disdi*|cancell*",
        "nl": "annule*|opzeg*|zeg op",
    },
    "JOIN": {
        "en": "join|joining|subscribe|subscribing|sub|resubscribe|re subscribe|sign up|sign me up|"
        "signup|sign us up|enrol|enroll|enlist|register me|registration|let me in|count me in|opt in|"
        "become a member|becoming a member|be added|put me on|get on the list",
        "fr": "inscri*|abonner|abonnez|abonne moi|abonnons|réinscri*|rejoindre|rejoins|rejoint|adhér*|"
        "devenir membre|intégrer|m abonne|m inscris",
        "es": "alta|suscrib*|subscrib*|inscrib*|apunt*|unirme|únanme|unirnos|adher*|incorpor*|"
        "darme de alta|dar de alta|registrarme|hacerme miembro|sumarme",
        "pt": "inscrev*|assinar|subscrev*|aderir|adiro|cadastr*|me junte|juntar me|"
        "tornar me membro",
        "de": "anmeld*|beitret*|eintrag*|abonnier*|mitglied werden|mitmachen",
        "it": "iscriv*|abbonar*|abbonam*|unirmi|aderire",
        "nl": "aanmeld*|inschrij*|abonneer*|lid worden|meedoen",
    },
    # weaker: one also enters a room
    "ENTER": {
        "en": "enter|register|participate|get in",
        "fr": "entrer|participer|intégrer",
        "es": "entrar|ingresar|participar|unir|sumar",
        "pt": "entrar|ingressar|participar|juntar|unir",
        "de": "eintreten|teilnehmen",
        "it": "entrare|partecipare",
        "nl": "toetreden|deelnemen",
    },
    "BELONG": {
        "en": "be a member|be part of|be on|being part of|be a part of|being a member|belong",
        "fr": "faire partie|être membre|fais partie|fait partie|font partie|être sur",
        "es": "formar parte|ser miembro|ser parte|estar en|pertenecer|forma parte|forman parte",
        "pt": "fazer parte|ser membro|faço parte|estar na|estar no|pertencer|faz parte|fazem parte",
        "de": "mitglied sein",
        "it": "far parte|essere membro",
        "nl": "lid zijn",
    },
    # a noun: "inscription" alone joins, "cancel my subscription" leaves
    "MEMBERSHIP": {
        "en": "subscription|subscriptions|membership",
        "fr": "inscription|abonnement|adhésion|abonnements",
        "es": "suscripción|subscripción|inscripción|membresía|afiliación",
        "pt": "inscrição|assinatura|subscrição|participação|adesão|cadastro",
        "de": "mitgliedschaft|abo|abonnement|anmeldung",
        "it": "iscrizione|abbonamento|sottoscrizione",
        "nl": "lidmaatschap|abonnement|inschrijving",
    },
    "JOINED": {
        "en": "subscribed|subscriber|subscribers|joined|registered",
        "fr": "abonné|abonnée|abonnés|inscrit|inscrite|inscrits",
        "es": "suscrito|suscrita|suscripto|inscrito|inscrita",
        "pt": "inscrito|inscrita|subscrito",
        "de": "angemeldet",
        "it": "iscritto|iscritta",
        "nl": "aangemeld|ingeschreven",
    },
    # --- pause and resume ---
    "PAUSE": {
        "en": "paus*|pause|suspend*|suspension|nomail|no mail|take a break|on hold|put on hold|snooz*|"
        "vacation mode|holiday mode",
        "fr": "pause|suspend*|suspens*|mettre en pause|mettez en pause|interromp*|mode vacances",
        "es": "paus*|suspend*|suspensión|en pausa|interrump*|modo vacaciones",
        "pt": "paus*|suspend*|suspens*|em pausa|interromp*|modo férias",
        "de": "pausier*|pause|aussetz*|unterbrech*",
        "it": "paus*|sospend*|sospens*",
        "nl": "pauze*|pauzeer*|opschort*|onderbreek*",
    },
    # what was done, not what is wanted
    "PAUSED": {
        "en": "paused|suspended",
        "fr": "suspendu|suspendus|suspendue",
        "es": "pausado|pausada|suspendido|suspendida|suspendidos",
        "pt": "pausado|pausada|suspenso|suspensa|suspensos",
    },
    "HOLD": {"en": "hold"},
    "AWAY": {
        "en": "vacation|holiday|holidays|away|leave of absence|maternity leave|on leave|my leave|"
        "annual leave|sick leave|parental leave|study leave|from leave|from my leave",
        "fr": "vacances|congé|congés|absent|absente|en déplacement",
        "es": "vacaciones|ausente|de viaje|permiso",
        "pt": "férias|ausente|de viagem|em viagem|licença",
        "de": "urlaub|ferien|abwesend",
        "it": "vacanza|vacanze|ferie|assente",
        "nl": "vakantie|afwezig|verlof",
    },
    "RESUME": {
        "en": "resum*|resume|unpause|restart*|reactivat*|start again|turn back on|switch back on|back on|unsuspend*|"
        "re activate|reenabl*|back from|i am back|i m back|am back|start up again",
        "fr": "reprendr*|repren*|reprise|réactiv*|de retour|recommenc*|relanc*",
        "es": "reanud*|reactiv*|retom*|de vuelta|de regreso|volver a recib*|volver a envi*|volver a mand*|vuelvan a envi*|vuelvan a mand*|vuelvo a|he vuelto",
        "pt": "retom*|reativ*|reactiv*|de volta|voltar a receb*|voltar a envi*|voltar a mand*|voltem a envi*|voltem a mand*|voltei|regressei",
        "de": "fortsetz*|wiederaufn*|wieder da|wieder zurück",
        "it": "riprend*|riattiv*|di ritorno|sono tornat*",
        "nl": "hervat*|weer terug|heractiveer*",
    },
    "AGAIN": {
        "en": "again|once more",
        "fr": "à nouveau|de nouveau",
        "es": "de nuevo|otra vez|nuevamente",
        "pt": "de novo|novamente|outra vez",
        "de": "wieder|erneut",
        "it": "di nuovo",
        "nl": "opnieuw|weer",
    },
    # --- how often ---
    "EACH": {
        "en": "each|every mail|every message|every email|every e mail|every post|each mail|each post|"
        "each message|each email|all mails|all emails|all messages|all posts|all the mails|individual*|"
        "all the messages|all the emails|every single*|one by one|as they come|as they arrive|nodigest|"
        "no digest|immediate*|straight away|right away|real time|normal mode",
        "fr": "chaque message|chaque mail|chaque courriel|chaque courrier|tous les messages|chaque e mail|"
        "tous les mails|tous les courriels|tous les e mails|au fur et à mesure|un par un|immédiat*|"
        "individuel*|message par message|mail par mail|chacun",
        "es": "cada mensaje|cada correo|cada mail|todos los mensajes|todos los correos|uno por uno|"
        "uno a uno|inmediat*|individual*|cada uno|mensaje por mensaje",
        "pt": "cada mensagem|cada e mail|cada email|todas as mensagens|todos os e mails|um por um|"
        "todos os emails|uma a uma|imediat*|individua*|cada um|cada uma|cada correio",
        "de": "jede nachricht|jede mail|jede e mail|alle nachrichten|alle mails|einzeln*|sofort",
        "it": "ogni messaggio|ogni mail|tutti i messaggi|singol*|immediat*",
        "nl": "elk bericht|elke mail|alle berichten|afzonderlijk*",
    },
    "DAILY": {
        "en": "daily|once a day|per day|a day|each day|every day|everyday|once every day",
        "fr": "quotidien*|journalier*|par jour|chaque jour|tous les jours|jour par jour",
        "es": "diari*|al día|por día|cada día|todos los días|una vez al día",
        "pt": "diári*|por dia|ao dia|cada dia|todos os dias|diariamente",
        "de": "täglich*|pro tag|jeden tag|am tag",
        "it": "giornalier*|quotidian*|al giorno|ogni giorno",
        "nl": "dagelijks*|per dag|elke dag",
    },
    "WEEKLY": {
        "en": "weekly|of the week|once a week|per week|a week|each week|every week|once every week",
        "fr": "hebdo*|par semaine|chaque semaine|toutes les semaines|la semaine",
        "es": "semanal*|de la semana|por semana|a la semana|cada semana|todas las semanas",
        "pt": "semanal*|da semana|por semana|toda semana|todas as semanas|cada semana",
        "de": "wöchentlich*|pro woche|jede woche|in der woche",
        "it": "settimanal*|alla settimana|a settimana|ogni settimana",
        "nl": "wekelijks*|per week|elke week",
    },
    "MONTHLY": {
        "en": "monthly|once a month|per month|a month|each month|every month",
        "fr": "mensuel*|par mois|chaque mois|tous les mois",
        "es": "mensual*|al mes|por mes|cada mes|todos los meses",
        "pt": "mensal*|por mês|ao mês|todo mês|todos os meses|cada mês",
        "de": "monatlich*|pro monat|jeden monat|im monat",
        "it": "mensil*|al mese|ogni mese",
        "nl": "maandelijks*|per maand|elke maand",
    },
    "DIGEST": {
        "en": "digest|digests|index|bundled|grouped",
        "fr": "récapitul*|recap|groupé*",
        "es": "agrupad*|boletín",
        "pt": "agrupad*|boletim",
        "de": "sammelmail|gebündelt|digest",
        "it": "raggruppat*|digest",
        "nl": "verzamelmail|gebundeld|digest",
    },
    "SUMMARY": {
        "en": "summary|summaries",
        "fr": "résumé|résumés|synthèse",
        "es": "resumen|resúmenes",
        "pt": "resumo|resumos",
        "de": "zusammenfassung*|wochenbrief",
        "it": "riassunto|riepilogo",
        "nl": "samenvatting*|overzicht",
    },
    # --- with or without attachments ---
    "LIGHT": {
        "en": "light|lite|text only|plain text|only text|only the text|just text|just the text|txt|"
        "urlize|low bandwidth|no html|without html|light mode|lightweight",
        "fr": "léger*|allégé*|texte seul*|texte brut|seulement le texte|que le texte|uniquement le texte",
        "es": "ligero*|ligera*|sólo texto|sólo el texto|texto plano|solamente texto|únicamente texto",
        "pt": "leve|leves|ligeiro|só texto|só o texto|apenas texto|apenas o texto|somente texto|"
        "texto simples|somente o texto",
        "de": "leicht|nur text|reiner text",
        "it": "legger*|solo testo",
        "nl": "licht|alleen tekst",
    },
    "FULL": {
        "en": "full|complete messages|html",
        "fr": "complet*|intégral*|entier*",
        "es": "complet*|íntegr*",
        "pt": "complet*|íntegr*",
        "de": "vollständig*|voll",
        "it": "complet*",
        "nl": "volledig*",
    },
    "ATTACHMENT": {
        "en": "attachment*|attached files|attached file|image|images|picture|pictures|photo|photos|files",
        "fr": "pièce jointe|pièces jointes|pj|fichiers joints|image|images|photo|photos",
        "es": "adjunto|adjuntos|archivos adjuntos|imagen|imágenes|foto|fotos",
        "pt": "anexo|anexos|ficheiros|imagem|imagens|foto|fotos|arquivos",
        "de": "anhang|anhänge|anhängen|bilder",
        "it": "allegato|allegati|immagini",
        "nl": "bijlage|bijlagen|afbeeldingen",
    },
    # --- language, address, settings ---
    "LANGUAGE": {
        "en": "language|lang",
        "fr": "langue",
        "es": "idioma|lengua",
        "pt": "idioma|língua",
        "de": "sprache",
        "it": "lingua",
        "nl": "taal",
    },
    "ADDRESS": {
        "en": "address|addresses|email address|e mail address|mail address",
        "fr": "adresse|adresses|adresse mail|adresse email|adresse électronique|adresse e mail",
        "es": "dirección|direcciones|dirección de correo|correo electrónico",
        "pt": "endereço|endereços|endereço de e mail|endereço de email|endereço eletrônico|morada",
        "de": "adresse|e mail adresse|mailadresse",
        "it": "indirizzo|indirizzo email",
        "nl": "adres|e mailadres|mailadres",
    },
    "CHANGE": {
        "en": "chang*|switch*|updat*|modif*|replac*|move me|convert",
        "fr": "chang*|modifi*|passer|passez|pass|remplac*|mettre à jour|mettez|mettre|basculer|bascule",
        "es": "cambi*|modific*|actuali*|pasar|páseme|pásenme|reemplaz*|poner|pónganme|póngame",
        "pt": "mud*|alter*|troc*|atuali*|actuali*|passar|passe|modific*|substitu*",
        "de": "änder*|wechs*|umstell*|aktualisier*",
        "it": "cambi*|modific*|aggiorn*|passare",
        "nl": "wijzig*|verander*|omzet*|aanpass*",
    },
    "NEW": {
        "en": "new",
        "fr": "nouvel|nouvelle|nouveau",
        "es": "nuevo|nueva",
        "pt": "novo|nova",
        "de": "neu|neue|neuen",
        "it": "nuovo|nuova",
        "nl": "nieuw|nieuwe",
    },
    "STATUS": {
        "en": "status|settings|query|which|am i subscribed|am i a member|am i still|preferences",
        "fr": "état|statut|réglages|paramètres|suis je inscrit*|suis je abonné*|préférences|"
        "suis je toujours|suis je encore",
        "es": "estado|ajustes|configuración|estoy suscrit*|estoy inscrit*|preferencias|sigo suscrit*",
        "pt": "situação|estado|configurações|definições|estou inscrit*|preferências",
        "de": "status|einstellungen|bin ich angemeldet",
        "it": "stato|impostazioni|sono iscritt*",
        "nl": "status|instellingen|ben ik aangemeld",
    },
    "WHO": {
        "en": "who|review|who s",
        "fr": "qui",
        "es": "quién|quiénes",
        "pt": "quem",
        "de": "wer",
        "it": "chi",
        "nl": "wie zit",
    },
    "MEMBERS": {
        "en": "members|participants|member list|membership list|subscriber list",
        "fr": "membres|participants|abonnés",
        "es": "miembros|participantes|integrantes|suscriptores",
        "pt": "membros|participantes|integrantes|assinantes",
        "de": "mitglieder|teilnehmer",
        "it": "membri|partecipanti|iscritti",
        "nl": "leden|deelnemers",
    },
    "HELP": {
        "en": "help|info|instructions|commands|manual|information",
        "fr": "aide|aidez|mode d emploi|instructions|informations|renseignements|commandes",
        "es": "ayuda|ayúd*|instrucciones|información|comandos",
        "pt": "ajuda|ajud*|instruções|informações|informação|comandos",
        "de": "hilfe|anleitung|befehle",
        "it": "aiuto|istruzioni|comandi",
        "nl": "hulp|handleiding",
    },
}
"""meaning -> language -> words, of what members ask for themselves"""
