"""More Spanish, as it is spoken and typed: whole turns of phrase, Latin America and Spain, telephones without accents."""

from __future__ import annotations

SPANISH: dict[str, str] = {
    "LEAVE": "se dio de baja|se dieron de baja|fue dado de baja|fue dada de baja|dieron de baja|la den de baja|lo den de baja|los den de baja|las den de baja|le den de baja|renuncio al grupo|renuncio a la lista|déjenme ir|no contarme más entre|no me cuenten más entre|desisto del grupo|desinscrib*|desinscr*|desubscri*|dessuscri*|desvincul*|darse de baja|den de baja|denme de baja|deme de baja|dame de baja|"
    "dadme de baja|denos de baja|dennos de baja|me den de baja|me dé de baja|me doy de baja|doy de baja|dé de baja|dado de baja|dada de baja|causar baja|"
    "solicito la baja|solicito mi baja|mi baja|pedir la baja|pido la baja|bájenme|bájame|bájeme|dejar de pertenecer|dejar de ser miembro|"
    "dejar de formar parte|dejar de estar en|bórrenme de la lista|bórrame de la lista|bórreme de la lista|bórrenme del grupo|bórrame del grupo|"
    "bórrenme de esta lista|bórrenme de su lista|borrarme de la lista|borrarme del grupo|fuera de la lista|fuera del grupo|abandonar el grupo|abandono el grupo|"
    "dejo el grupo|dejo la lista|retirarme del grupo|retirarme de la lista|me retiro del grupo|me retiro de la lista|"
    "me voy del grupo|irme del grupo|salirme del grupo|me salgo del grupo|salgo del grupo|sacarme del grupo|desapuntenme|"
    "despedirme del grupo|me despido del grupo|desligarme|desanot*|desregistr*|no seguir en el grupo|no continuar en el grupo",
    "GO": "me voy|me salgo|marcharme|me marcho|abandono|zafar|zafo|salir*|salgamos",
    "REMOVE": "saque*|saca*|saqué*|kiten*|kita*|kitenme|kitame|sácanos|sáquenos|suprim*|supresión|quítenos|quítanos|quiten*|quita*",
    "STOP": "déjenme fuera|ya oí bastante|oí bastante|ya leí bastante|ya tuve bastante|basta del|basta ya|frenen|frenar|corten|cortar|detengan*|detenga*|detened|parad|dejad|dejá|dejás|cesen|cese|alto al envío|no sigan|"
    "suficiente de",
    "CANCEL": "levant*|termin*|dar por terminad*|poner fin|pongan fin|finaliz*|rescind*|conclu*|dar fin",
    "JOIN": "registrarme|regístrenme|regístrame|integrar el grupo|anótenme|anótame|anotarme|acéptenme|unirme|métanme|meterme|méteme|métame|"
    "pónganme en la lista|ponerme en la lista|poner mi nombre en|pongan mi nombre en|ingresar al grupo|entrar al grupo|entrar en el grupo|"
    "dame de alta|denme de alta|deme de alta|dadme de alta|darnos de alta|den de alta|hacerme socio|afili*|unirse|sumar mi|súmenme|súmame|suscribanme|"
    "subscripcion|inscripcion|enrol*|unir al grupo|unirnos al grupo|aceptar mi solicitud|solicitud de ingreso",
    "BELONG": "ser incluido|ser incluida|ser agregado|ser agregada|ser añadido|ser añadida|ser inscrito|ser inscrita|ser admitido|ser admitida|estar dentro|pertenezco|aparecer en|figurar en|ser parte",
    "MEMBERSHIP": "inscripciones|suscripciones|subscripcion|suscripcion|pertenencia|membresia",
    "JOINED": "registrado|registrada|anotado|anotada|afiliado|afiliada|subscrito|subscrita|subscripto|miembro|socio|socia",
    "PAUSE": "nada por el momento|nada por ahora|nada de momento|nada hasta|nada hasta el|nada antes|nada antes del|poner en pausa|pónganme en pausa|hacer una pausa|una pausa|descanso|un descanso|un respiro|stand by|standby|congelar mis|congelen mis|"
    "suspensión temporal|receso|un receso|tomarme un descanso|pausita",
    "SPAN": "nada por el momento|nada por ahora|nada de momento|por el momento|por ahora|por un tiempo|un tiempo|temporalmente|mientras tanto|de momento|momentáneamente|provisionalmente|unos días|"
    "unas semanas|unos meses|una temporada|transitoriamente|por lo pronto|un ratito|por un rato|unos cuantos días|por unos días|"
    "por unas semanas|algunos días|algunas semanas|algún tiempo|un tiempito|temporal",
    "AWAY": "licencia|de licencia|baja médica|baja por maternidad|baja maternal|baja laboral|baja por enfermedad|baja por paternidad|estoy de baja|"
    "estaré de baja|incapacidad|de misión|fuera de la oficina|en comisión|fuera del país|sin conexión|sin internet|ausencia|de permiso|"
    "hospitaliz*|licencia de maternidad|licencia por maternidad|licencia médica|feriado|feriados|de descanso|de viaje|vacación|vacas",
    "RESUME": "reinici*|restabl*|ya volví|volví|he vuelto|he regresado|regresé|ya regresé|ya estoy de vuelta|ya estoy de regreso|quítenme la pausa|"
    "quitar la pausa|quiten la pausa|quitarme la pausa|sáquenme de la pausa|sáquenme de pausa|sacarme de la pausa|fin de mi pausa|fin de la pausa|terminó mi pausa|"
    "terminó la pausa|terminaron mis vacaciones|terminaron las vacaciones|se acabaron las vacaciones|se acabaron mis vacaciones|"
    "se acabó la pausa|se acabó mi pausa|levanten la pausa|levantar la pausa|termin* la pausa|terminar la pausa|terminar mi pausa|terminen la pausa|volver a enviarme|"
    "vuelvan a ponerme|volver a recib*|ya estoy aquí|ya llegué|fin de mis vacaciones|volver a activar|vuelvan a activar|vuélvanme a|vuelvan a enviarme|"
    "vuelvan a mandarme|vuelve a enviarme|vuelva a enviarme|reconect*|ya regreso de|regreso de",
    "AGAIN": "de vuelta los|como antes|otra vez más|vuelvan a|volver a",
    "EACH": "en cuanto salg*|apenas salg*|conforme salg*|en cuanto se publiq*|en el momento en que|suelto|sueltos|mensajes sueltos|apenas lleg*|mensaje a mensaje|en cuanto llegue*|en cuanto llegan|conforme llegue*|conforme llegan|conforme van llegando|a medida que|al instante|al momento|"
    "por separado|todo lo que se publi*|todas las publicaciones|cada publicación|cada email|cada e mail|todos los mails|todos los emails|"
    "sin agrupar|de a uno|uno x uno|de uno en uno|todos los msj*|mensajes separados|correos separados|según lleguen|según vayan llegando|tiempo real",
    "DAILY": "cada noche|todas las noches|cada mañana|todas las mañanas|al final del día|diariamente|una vez x dia|1 vez al dia|por dia|x dia|cotidian*",
    "WEEKLY": "semanalmente|x semana|cada fin de semana|una vez a la semana|c semana|cada ocho días",
    "MONTHLY": "mensualmente|x mes|cada fin de mes|a fin de mes",
    "DIGEST": "agrup*|un solo correo|un solo mensaje|un solo mail|un solo email|un único correo|un único mensaje|todo junto|todos juntos|todo en uno|en un paquete|"
    "en paquete|compendio|recopil*|compilado|digest|juntos",
    "SUMMARY": "sumario|sumarios|resumencitos|síntesis|resumencito",
    "LIGHT": "el texto de los mensajes|el texto de los correos|aliger*|solo las palabras|nada más las palabras|puro texto|texto solo|texto solamente|texto únicamente|solo letras|livian*|versión ligera|modo ligero|formato texto|modo texto|versión texto|"
    "solo el texto|sin formato|nada más el texto|nomás el texto|nomás texto|nada más texto|únicamente el texto|solamente el texto|sin html|light|texto simple",
    "FULL": "enteros|entero|con todo|html|formato normal",
    "ATTACHMENT": "archivo adjunto|archivos|documentos adjuntos|documento adjunto|anexos|anexo|videos|documentos|ficheros|fotografías|adjuntadas",
    "LANGUAGE": "lenguaje|idiomas",
    "ADDRESS": "dirección de email|dirección de e mail|direccion|cuenta de correo|casilla|casilla de correo|casilla electrónica|buzón|correo nuevo",
    "CHANGE": "reduzcan|reducir|reduzca|bajar a|bajen a|usen|use|usar|utilicen|utilice|utilizar|traslad*|redirij*|redirig*|corrij*|corrig*|pásenme|pasarme|ponerme|migr*|muden|cámbi*",
    "NEW": "nuevos|nuevas",
    "STATUS": "cómo está mi|cómo están mis|en qué quedó mi|en qué está mi|en qué estado está|sigo en pausa|estoy en pausa|sigue mi pausa|sigue corriendo mi pausa|cómo estoy configurad*|qué tengo elegido|qué elegí|me tienen en sus registros|todavía me tienen|todavía soy miembro|aún soy miembro|todavía estoy inscrit*|todavía estoy suscrit*|todavía estoy en la lista|todavía estoy en el grupo|"
    "aún estoy inscrit*|aún estoy suscrit*|aún estoy en la lista|aún estoy en el grupo|soy miembro de este grupo|soy miembro del grupo|"
    "soy miembro de la lista|soy miembro de esta lista|cómo estoy registrad*|cómo estoy inscrit*|cómo estoy suscrit*|estoy registrad*|"
    "sigo siendo miembro|sigo siendo parte|soy todavía miembro|sigo en la lista|sigo en el grupo|sigo estando en|estoy todavía en|estoy en la lista|"
    "estoy en el grupo|estoy apuntad*|estoy anotad*|sigo inscrit*|sigo apuntad*|sigo registrad*|sigo estando|mi situación|situación|mi perfil|"
    "mis opciones|mi configuracion|estatus|status|mis preferencias|qué tengo configurado",
    "WHO": "cuántos hay|cuántos están|quién está|cuántos somos|quiénes somos|quiénes son|quién más|qué personas|qué gente|quiénes están|quiénes forman|quiénes más|cuánta gente|"
    "cuántos miembros|cuántas personas|conocer a los|quiénes participan|quiénes integran|saber quién",
    "MEMBERS": "inscritos|suscritos|socios|afiliados|participantas|compañeros del grupo",
    "HELP": "qué opciones tengo|qué tengo que escribir*|no sé cómo cambiar|qué comandos|cómo se maneja|qué puedo hacer|qué se puede hacer|cómo funciona esto|cómo funciona|guía|manual|explíqu*|explic*|no entiendo|instructivo|cómo se usa|cómo usar|"
    "necesito ayuda|auxilio|ayudar|orientación|info|tutorial|cómo cambiar|una mano|estoy perdid*",
    "GROUP": "esta lista|su lista|grupos|listas|lista de mails|lista de difusión|lista de emails|boletín|red|canal|mailing|lista de envío|grupito|lista de distribucion|"
    "grupo de correo|grupo de discusión|newsletter|esta comunidad",
    "MAIL": "msj|msjs|mensajitos|mensages|mjs|correitos|e mailes|emails|publicaciones|avisos|spam|correo basura|cartas|alertas|novedades|mensajería|"
    "comunicaciones|bandeja",
    "POST": "publicaciones|post|nota|escrito",
    "ME": "nos|nosotros|conmigo|m",
    "MY": "nuestro|nuestra|nuestros|nuestras|mío|mía|míos|mías",
    "NAME": "apellido",
    "I": "qiero|kiero|kisiera|querria|me gustaria|nosotros|queremos|vengo|requiero|desearía|estamos|pedimos|pediría",
    "RECEIVE": "no quiero recibir más|dejar de recibir|no seguir recibiendo|llega*|lleg*|reciv*|resib*|recepción",
    "SEND": "no me manden más|no me envíen más|no manden más|no envíen más|no me escriban más|reenv*|envíe*|pasen|pasenme|hacer llegar|háganme llegar|hagan llegar|facilit*|remít*|compart*|den|deme|proporcion*|inund*|bombarde*|"
    "entreg*",
    "WANT": "me convendría|me conviene|sería mejor|estaría mejor|mejor sería|opto|elijo|escojo|prefiriría|me vendría bien|me vendría mejor|me viene mejor|me quedo con|me bastaría|ya no quiero|ya no deseo|ya no necesito|no quiero recibir más|no quiero más|no deseo más|no deseo seguir|kiero|qiero|kisiera|kier*|"
    "gustaria|me gustaría|querría|queremos|requiero|requer*|desearía|me interesa|interesad*|ruego|les pido|le pido|pediría|quería|anhel*|decid*|"
    "decidí|he decidido|encantaría|sírvanse|sírvase|hagan el favor|tengan la bondad|solicitud",
    "NOT": "no me alcanza|no me basta|no es suficiente|no alcanza|no me es suficiente|no basta|ni|ningún|ninguna|ninguno|tampoco",
    "NOMORE": "ya no más|no más|ya no quiero|ya no deseo|ya no me|ya no necesito|no quiero recibir más|no me manden más|no me envíen más|no manden más|no envíen más|"
    "no me escriban más|dejar de recibir|no seguir recibiendo|no continuar",
    "BORED": "no me interesa|no me interesan|ya no me interesa|ya no me interesan|no me hacen falta|no me hace falta|ya no me hacen falta|ya no me hace falta|no me sirve|no me sirven|"
    "ya no me sirve|ya no me sirven|no estoy interesad*|ya no estoy interesad*|perdí el interés|no me son útiles|ya no los necesito|ya no lo necesito|no los necesito|"
    "no me incumbe|ya no me concierne|no me concierne|no tengo interés|ya no tengo interés|no me es útil|no es de mi interés",
    "NOTENOUGH": "no me alcanza|no me basta|no es suficiente|no alcanza|no me es suficiente|no basta",
    "TOO": "también|tambien|además del|además de los",
    "SITE": "de la vista|de la vista del público|de la red|del sitio|de la página|de la web|del archivo|de los archivos|del portal|de internet|del sitio web|de la página web|en línea|de archivo",
    "IT": "eso|esto|aquello",
    "NOTHING": "retomaré|retomaré después|se me borró|se borró|se me eliminó|lo borré|la borré|última petición|última solicitud|último pedido|última vez|no más seguido|no sé cómo llegué|no sé cómo llegué aquí|no sé cómo llegué acá|no sé por qué estoy|qué pausa|hasta de|hasta la madrugada|hasta de madrugada|me basta|me alcanza|basta con|me sirve con|he borrado|lo borré por|la borré por|borré por|lo eliminé por|lo he perdido|por mi parte|"
    "doy las gracias|a cada rato|no a cada rato|no tengo tiempo|ya no tengo tiempo|no me da tiempo|falta de tiempo|no hay tiempo|ya no trabajo|"
    "no trabajo más|nada personal|ponerme al día|ponernos al día|ponerse al día|estar al día|al día de hoy|por error|por equivocación|sin querer|o no|"
    "y no aquí|y no en este|no aquí|más que suficiente|es suficiente|mala red|mala conexión|red lenta|baja presión|baja calidad|baja velocidad|"
    "planta baja|más baja|muy baja|temporada baja|temporada alta|alta presión|alta calidad|alta velocidad|alta tensión|muy alta|más alta|alta mar|"
    "señal baja|nivel bajo|señal débil|internet lento|conexión lenta|si es posible|si fuera posible|si se puede|si no es mucha molestia|"
    "si son tan amables|si fueran tan amables|si me hacen el favor|lo más rápido posible|a la brevedad|a la mayor brevedad|cuando vuelva|"
    "cuando regrese|a mi regreso|a mi vuelta|vuelvo luego|vuelvo después|nada más|a partir de hoy|desde hoy|a partir de ahora|desde ahora|"
    "de ahora en adelante|de aquí en adelante|en adelante|nunca más acaba|no se acaba nunca|demasiados correos|demasiados mensajes|muchos correos|"
    "esta semana|la semana pasada|la próxima semana|la semana próxima|de mi semana|por casualidad|que les vaya bien|éxitos|bendiciones|"
    "de todas formas|de todos modos|alguna vez",
    "MAYBE": "a lo mejor|capaz que|puede que|puede ser que|si acaso|no sé si|ya veré|me lo pienso|estoy viendo|ando pensando|quizas",
    "PROBLEM": "no recibo nada|no he recibido nada|no recibí nada|ya no recibo nada|nada me llega|no me ha llegado nada|no anda|no sirve el|"
    "no se puede|no pude|no logré|no consigo|no me deja|no me permite|no puede|no se abre|no abre|no me funciona",
    "WITHOUT": "nada de|sin los|sin las",
    "GET": "releer|volver a leer|consultar|abrir|recuperar|leerlo|conseguir|ver",
    "THREAD": "todo lo que se dijo|todo lo que se ha dicho|todo lo que respondieron|todo lo que contestaron|respuestas|respuesta|conversaciones|debate|debates|discusiones|intercambio|intercambios|charla",
    "LAST": "más recientes|recientes|reciente|más reciente|más nuevos|ultimitos|últimas",
    "SEARCH": "búsqu*|hay algo sobre|hay mensajes sobre|qué se escribió sobre|qué se ha escrito sobre|qué se dijo sobre|qué se ha dicho sobre|"
    "lo que se escribió sobre|lo que se dijo sobre|lo que se ha dicho sobre|lo que se ha escrito sobre|mensajes que hablen de|mensajes que hablan de|rastreen mensajes sobre",
    "HIDE": "escond*|despublic*|tapar|tapen|que no se vea|invisible|hagan desaparecer|hacer desaparecer",
    "MUTE": "ahorr*|mute|mutear|muteen|ignor*|ahórrenme|enmudec*|acall*",
    "UNMUTE": "había silenciado|había ignorado|las había silenciado|lo había silenciado|unmute|quitar el silencio|quiten el silencio|dejar de ignorar|"
    "dejen de silenciar|seguir de nuevo|seguir otra vez|volver a escuchar|vuelvan a activar el hilo|volver a ver el hilo",
    "DATA": "mi información personal|información sobre mí|datos sobre mí|información sobre mi persona|datos míos|tienen sobre mí|saben de mí|saben sobre mí|tienen de mí|"
    "registrado de mí|tienen registrado|guardan de mí|guardan sobre mí|información que tienen|toda mi información|todos mis datos|"
    "todo lo que tienen registrado de mí|todo lo que tienen de mí|todo lo que tienen sobre mí|todo lo que saben de mí|todo lo que guardan de mí|"
    "lo que tienen sobre mí|lo que tienen de mí|lo que saben de mí|datos de mi persona|mi información|ley de datos",
    "ERASE": "elimínenlo todo|bórr*|destru*|derecho de supresión|derecho a la supresión|olviden|olvidarme|purg*",
    "ACCOUNT": "todo lo mío|todo rastro de mí|toda huella|todos mis rastros|todo de mí|todos mis correos",
    "RECEIPT": "recibo sí|recibo no|recibos|aviso de recibo|comprobante|una confirmación por cada|una confirmación cuando|una confirmación cada vez|confirmación cuando|confirmación de publicación|"
    "confirmaciones|confirmación de mis|confirmación de recepción|confirmación por cada|una confirmación de cada|acuses de envío",
    "COPY": "copia de mis mensajes|copia de mis correos|copia de lo que escribo|copia de lo que envío|propios mensajes|propios correos|propios mails|propios emails|mis propios|mensajes que yo envío|correos que yo envío|mensajes que envío|"
    "lo que yo escribo|lo que yo mismo|mi propio mensaje|propias publicaciones",
    "UNTIL": "nada hasta|nada hasta el|nada antes|nada antes del|de vuelta el|de regreso el|vuelvo el|regreso el|volveré el|regresaré el|retorno el|vuelvo en|regreso en|antes del|nada antes|asta|hasta que|antes del|hasta fin",
    "PENDING": "pendientes|qué hay pendiente|mensajes retenidos|en la cola|por aprobar|por revisar|sin aprobar|esperando|retenidos|en cola|que esperan|por moderar|sin revisar",
    "ADD": "añád*|agrégu*|inclúy*|incorpór*",
    "CAN_I": "podría|podré|será posible|se podría|cabe la posibilidad",
    "STAY": "seguir en|continuar en|permanecer en|quedarme en|seguir siendo miembro|seguir siendo parte|seguir perteneciendo|seguir inscrit*|seguir suscrit*|continuar siendo",
    "FORGOT": "no me acuerdo|ya no me acuerdo|no recuerdo|ya no recuerdo|olvidé|se me olvidó|no sé qué elegí",
    "HOLD": "guarden*|guárd*|guardar|retengan|retener|reténganme",
    "NOW": "ahora|ahora es|de ahora en adelante|a partir de ahora",
    "MISSED": "nunca me llegó|nunca llegó|no me llegó|no llegó|me perdí|perdí|no encuentro|no he recibido|nunca recibí|no recibí|se me perdió",
    "RESEND": "reenv*",
    "IF": "en cuanto termine|en cuanto acabe|tan pronto como|cuando termine|cuando acabe|cuando empiece|cuando haya|una vez que|después de la|después del|después de mi|si llegan|si siguen|si sigue|si continúan|si no bajan|si no es|si no hay|si no cambia|si no paran|si no dejan|si vuelven a|cuando llegue|cuando se|si pasa|mientras no|con tal que|solo si|siempre y cuando",
    "WAIT": "pero todavía no|pero aún no|yo les digo cuándo|ya les diré|ya les avisaré cuándo|ya les escribiré",
    "OTHERS": "se dio de baja|se dieron de baja|fue dado de baja|fue dada de baja|dieron de baja|vecino|vecina|vecinos|jefe|jefa|hijo|hija|hermano|hermana|la den de baja|lo den de baja|los den de baja|las den de baja|le den de baja",
    "APPROVE": "aprueb*|aprob*|acept*|autoric*|autoriz*|dejen pasar",
    "DECLINE": "rechac*|rechaz*|deneg*",
    "DISCARD": "descart*|desech*|a la basura|tiren",
    "COORDINATOR": "administrador|administradora|coordinadores",
    "TRUST": "tener confianza|sin moderación|tengan confianza",
    "BAN": "banear|baneen|banea|prohibir|prohíban|vetado|veten",
    "UNBAN": "desbanear|desbaneen|levanten el veto|quitar el veto",
    "REPORT": "reportes|informes|cifras",
    "LOCK": "cierren|clausur*",
    "MERGE": "junten|unan|juntar",
    "UNDO": "deshagan|deshacer|volver atrás|revertir|reviertan",
    "HOW": "qué tengo que escribir*",
    "ON": "recibo sí|enciendan|prendan",
    "OFF": "recibo no",
    "FILLER": "aprobación necesario necesaria demás resto voy xfa xfavor porfa porfis porfavor plis pls plz grax gcias grs mil d q k x pa pal tb tmb ps pues eh ah vez veces nada nadie algo alguien "
    "semana semanas día días mes meses año años rato acá allá allí ahí ahorita mismo misma cuando donde como cual cuál si "
    "tal así sea sean seria sería serían fuera amable amables bondad tengo tiene tienen tengan haga hagan hacen hace hacer va van ir vaya estén "
    "e lo le les se sus su suyo ustedes vosotros os vuestro vuestra vuestros tu tus ti te usted uds ud vd vds sr sra srta dr dra ing lic "
    "disculpen disculpe disculpa perdón perdonen perdona lamento siento mucho muchísimas muchísimo bastante demasiado demasiados solamente "
    "simplemente directamente urgente urgentemente rápido pronto luego después antes apenas recién atento atenta cordialmente respetuosamente "
    "respetados respetado presente medio mediante sirva atención señoras compañeros equipo hey ola buen buena bueno nos entre sin sobre "
    "número núm nro mi mío otro otra otros otras cada-vez ya todavía aún aun aunque tanto tan más-bien verdad mejor",
}
"""meaning -> words, of Spanish only; FILLER as single words"""
