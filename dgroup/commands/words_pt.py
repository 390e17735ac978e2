"""More Portuguese, as it is spoken and typed: Brazil, Portugal and Africa, whole turns of phrase, telephones."""

from __future__ import annotations

PORTUGUESE: dict[str, str] = {
    "LEAVE": "o retirem|a retirem|lhe deem baixa|renuncio ao grupo|desisto do grupo|desisto da lista|deixem me ir|não me contar mais entre|não me contem mais entre|desinscr*|dessubscr*|dessubscrev*|descadastr*|desligar me|desliguem me|me desligar|me desliguem|me desliga|desliga me|desligamento|dar baixa|deem baixa|dê baixa|minha saída|"
    "sair da lista|sair do grupo|saio do grupo|saio da lista|me tirar do grupo|me tirar da lista|abandonar o grupo|largar o grupo|deixo o grupo|"
    "deixo a lista|deixar de fazer parte|deixar de ser membro|deixar de pertencer|deixar de participar|parar de fazer parte|fora da lista|fora do grupo|apaguem me da lista|"
    "apagar me da lista|me apaguem da lista|me apague da lista|me apaga da lista|retirar me do grupo|retirar me da lista|me retiro do grupo|despedir me do grupo|"
    "me despeço do grupo|cair fora|caio fora|to fora|tô fora|estou fora do grupo|me exclu*|excluam me|exclua me|dar a minha saída|deixar de estar na|desassoci*|"
    "não fazer mais parte|não continuar no grupo|anular a inscrição|cancelar a inscrição",
    "GO": "saiam|saindo|saimos|ir embora|vou embora|abandono|largar|me retirar|me retiro",
    "REMOVE": "risque|tirem*|tira*|tire*|retire*|remoção|suprim*|supressão|tirar*|removam*|risquem*|arranquem*|elimina*",
    "STOP": "deixem me fora|ouvi o suficiente|já ouvi o suficiente|já li o suficiente|basta da|basta do|chega das|chega dos|já chega|parem|para de|parar|parem de|chega da|chega do|basta de|cessem|interrompam o envio|cortem|cortar|deixem|deixa de|parar com|parem com|"
    "acabem com|suficiente de|cessação",
    "CANCEL": "levant*|termin*|pôr fin*|pôr fim|ponham fim|por fim a|finaliz*|rescind*|conclu*|dar fim|dar por terminad*|dar por encerrad*|cancelamento|encerramento",
    "JOIN": "integrar me|me integrar|integrar o grupo|me associar|associar me|me inscrev*|inscrev*|cadastr*|juntar me|me juntar|me junte|juntem me|incluir me|me incluam|me inclua|incluam me|me adicionem|me adicione|"
    "me adiciona|me ponham|ponham o meu nome|pôr o meu nome|coloquem o meu nome|coloquem meu nome|coloquem me|me coloquem|me coloca|me coloque|me põe|"
    "entrar no grupo|entrar na lista|entrar para o grupo|entrar pro grupo|entrar para a lista|tornar me membro|me tornar membro|me tornar|"
    "passar a receber|registar me|registrar me|me registrar|me registem|me registrem|registem me|ingressar no grupo|participar do grupo|"
    "participar no grupo|aderir|quero entrar|aceitem me|me aceitem|pedido de adesão|pedido de inscrição|afili*|subscrição|assinar",
    "BELONG": "ser incluído|ser incluída|ser adicionado|ser adicionada|ser inscrito|ser inscrita|pertenço|constar da|constar na|ser parte",
    "MEMBERSHIP": "inscrições|assinaturas|subscricao|inscricao|afiliação|filiação",
    "JOINED": "subscrita|registado|registada|registrado|registrada|cadastrado|cadastrada|assinante|membro|sócio|sócia",
    "PAUSE": "nada por enquanto|nada por agora|nada de momento|nada até|nada até ao|nada antes|nada antes de|fazer uma pausa|dar uma pausa|pôr em pausa|ponham em pausa|ponham me em pausa|colocar em pausa|coloquem em pausa|uma pausa|intervalo|um intervalo|descanso|um descanso|um tempo de descanso|stand by|"
    "standby|dar um tempo|um respiro|suspensão temporária|congelar os meus|congelem os meus|pausinha|pausem|parada temporária",
    "SPAN": "nada por enquanto|nada por agora|nada de momento|por enquanto|por agora|por ora|por um tempo|algum tempo|durante algum tempo|temporariamente|entretanto|de momento|no momento|momentaneamente|provisoriamente|uns dias|umas semanas|"
    "uns meses|alguns dias|algumas semanas|alguns meses|um tempinho|por uns tempos|uns tempos|enquanto isso|por um período|durante um tempo|um tempo|por uns dias|temporário|temporária",
    "AWAY": "de licença|licença maternidade|licença de maternidade|licença médica|baixa médica|de baixa médica|estou de baixa|estarei de baixa|em missão|fora do escritório|fora do país|sem internet|"
    "sem rede|sem ligação|ausência|hospitaliz*|internad*|ferias|de férias|feriado|feriados|no campo sem rede|recesso|viajando|a viajar",
    "RESUME": "reinici*|restabel*|recomeç*|recomecem|já voltei|voltei|regressei|estou de volta|tô de volta|to de volta|já estou de volta|tirem me da pausa|tirar da pausa|me tirem da pausa|tirem a pausa|tirar a pausa|"
    "acabar a pausa|acabou a pausa|fim da pausa|fim da minha pausa|terminou a pausa|terminar a pausa|terminem a pausa|acabaram as férias|acabaram as minhas férias|acabaram minhas férias|terminaram as férias|"
    "fim das férias|fim das minhas férias|levantar a pausa|levantem a pausa|voltem a enviar|voltem a mandar|voltar a enviar|voltar a receber|voltem a me mandar|voltem a me enviar|voltar a me enviar|"
    "religar|religuem|ligar de novo|liguem de novo|já cheguei|reconect*|pode voltar a mandar|podem voltar a mandar|podem voltar a enviar|pode voltar a enviar|despausar|despausem|despausa",
    "AGAIN": "de volta os|como antes|outra vez|mais uma vez|voltem a|voltar a|novamente",
    "EACH": "assim que sair*|assim que saem|assim que for publicad*|no momento em que|soltas|soltos|mensagens soltas|emails separados|e mails separados|mensagem por mensagem|mensagem a mensagem|assim que cheg*|logo que cheg*|à medida que|conforme cheg*|conforme vão chegando|na hora|"
    "em tempo real|por separado|tudo o que for publicado|todas as publicações|cada publicação|todos os mails|todos os correios|sem agrupar|um a um|"
    "uma por uma|de uma em uma|mensagens separadas|todas as msgs|todas msgs|todas mensagens|todas mensagens|instantan*|cada msg|todo e mail|"
    "toda mensagem|cada mail",
    "DAILY": "cada noite|todas as noites|toda noite|cada manhã|todas as manhãs|toda manhã|no fim do dia|ao fim do dia|por dia|1 vez por dia|todo dia|todo o dia|todos dias|diariamente|p dia|cada dia",
    "WEEKLY": "semanalmente|toda a semana|p semana|à semana|cada fim de semana|uma vez na semana|todas semanas",
    "MONTHLY": "mensalmente|todo o mês|p mês|uma vez no mês|todos meses|no fim do mês",
    "DIGEST": "agrup*|um só email|um só e mail|um só mail|uma só mensagem|uma única mensagem|um único email|um único e mail|um único mail|tudo junto|todas juntas|todos juntos|num pacote|em pacote|compilação|compilad*|coletânea|"
    "resumo agrupado|digest|em bloco|todas juntas|mensagens juntas|venham juntas|vir juntas|vindo juntas|juntas num|juntas numa|juntas uma|mandem juntas|enviem juntas|num só email|num só e mail|numa só mensagem|num único email|numa única mensagem",
    "SUMMARY": "sumário|sumários|sínteses|resuminhos|síntese|resuminho|apanhado",
    "LIGHT": "o texto das mensagens|o texto dos emails|só as palavras|apenas as palavras|aligeir*|texto apenas|texto somente|texto só|só letras|somente texto|modo texto|formato texto|versão leve|modo leve|versão texto|em texto|apenas em texto|só em texto|levezinho|light|texto puro|puro texto|sem html|só mesmo o texto|unicamente o texto|unicamente texto",
    "FULL": "inteiro|inteiros|inteira|inteiras|com tudo|html|formato normal|na íntegra",
    "ATTACHMENT": "ficheiro anexo|ficheiros anexos|ficheiro|arquivo anexo|arquivos anexos|documentos anexos|documentos|vídeos|fotografias|"
    "imagens anexas|anexados",
    "LANGUAGE": "lingua|idiomas",
    "ADDRESS": "endereço de correio|endereço de correio eletrónico|endereco|endereço eletrónico|caixa de correio|conta de email|conta de e mail|e mail novo|email novo|novo email|novo e mail|novo mail",
    "CHANGE": "reduzam|reduzir|reduza|troquem|usem|usar|utilizem|utilize|utilizar|transfir*|transfer*|redirecion*|corrij*|corrig*|passem|ponham|pôr|põe|coloquem|colocar|muden|migr*|mandem para|passa",
    "NEW": "novos|novas",
    "STATUS": "como está a minha|como está minha|como estão as minhas|em que pé está|em que pé está a minha|estou em pausa|ainda estou em pausa|a minha pausa ainda está|como estou configurad*|"
    "o que tenho escolhido|o que escolhi|ainda me têm|me têm nos vossos|ainda sou membro|ainda estou inscrit*|ainda estou na lista|"
    "ainda estou no grupo|sou membro deste grupo|sou membro do grupo|sou membro da lista|sou membro desta lista|ainda estou registad*|"
    "ainda estou cadastrad*|faço parte da lista|faço parte do grupo|como estou inscrit*|como estou registad*|como estou registrad*|"
    "como estou cadastrad*|estou registad*|estou registrad*|estou cadastrad*|continuo inscrit*|continuo no grupo|continuo na lista|continuo a ser|"
    "continuo membro|continuo cadastrad*|estou na lista|estou no grupo|minha situação|minha situacao|situacao|meu perfil|minhas opções|"
    "minha configuração|minha configuracao|meu estado|status|meu status|configuração|minhas preferências|meu cadastro|minha conta como está|"
    "ainda faço parte",
    "WHO": "somos quantos|quantos há|quantos estão|quantos somos|quem somos|quem são|quem mais|que pessoas|que gente|quais pessoas|quem faz|quem está|quem estão|quantas pessoas|quantos membros|conhecer os|quem participa|quem integra|saber quem|quem lê|quem recebe",
    "MEMBERS": "inscritos|sócios|subscritores|associados|participantas|pessoal do grupo",
    "HELP": "que opções tenho|que tenho de escrever|o que tenho de escrever|o que tenho de vos escrever|não sei como mudar|quais são as opções|que comandos|o que posso fazer|que posso fazer|o que se pode fazer|como funciona isto|como funciona isso|como funciona|guia|manual|expliqu*|explic*|não entendo|não percebo|como se usa|como usar|preciso de ajuda|socorro|"
    "ajudar|orientação|orientações|tutorial|como mudar|como alterar|uma mão|estou perdid*|instrucoes",
    "GROUP": "esta lista|vossa lista|sua lista|grupos|listas|lista de envio|lista de distribuição|lista de difusão|lista de mails|lista de emails|lista de e mails|boletim|rede|canal|mailing|newsletter|grupo de discussão|grupo de emails|grupo de e mail|grupinho|listagem",
    "MAIL": "msg|msgs|mensagen|msn|mails|e mail|correspondência|publicações|avisos|spam|lixo eletrônico|cartas|alertas|novidades|comunicações|"
    "postagens|notificação|mensages|caixa|recados|textos do grupo",
    "POST": "publicações|postagem|post|nota|texto",
    "ME": "nos|comigo|m|nós|mo|ma|mos",
    "MY": "nosso|nossa|nossos|nossas",
    "NAME": "apelido|sobrenome",
    "I": "keru|kero|kria|qro|qria|qeria|gostava|to|tô|queremos|venho|necessito|pretendo|estamos|pedimos|pedia|nós",
    "RECEIVE": "não quero receber mais|não receber mais|deixar de receber|cheg*|receb*|recepção|receção|chegando",
    "SEND": "não me mandem mais|não me enviem mais|não mandem mais|não enviem mais|não me escrevam mais|reenv*|passem me|fazer chegar|façam chegar|"
    "façam me chegar|forneç*|fornec*|compartilh*|partilh*|encaminh*|remet*|inund*|bombarde*|entreg*|envi*",
    "WANT": "convinha me|conviria me|me convém|seria melhor|era melhor|opto|escolho|me conviria|dava me mais jeito|dava jeito|prefiro que|fico com|bastava me|já não quero|já não desejo|já não preciso|não preciso mais|não quero receber mais|não desejo mais|nao quero mais|n quero mais|"
    "não quero mais|keru|kero|qro|qria|qeria|gostava|gostaria|gostaríamos|queira|queiram|necessit*|necessito|interessad*|pretendo|pretend*|rogo|venho|"
    "decid*|decidi|adoraria|façam o favor|faça o favor|por gentileza|quis|almejo|desejaria|preferia|preferiria|pedia|queria mesmo",
    "NOT": "não me chega|não me basta|não chega|não basta|não é suficiente|não me é suficiente|nem|nenhum|nenhuma|naum|nada de|tampouco",
    "NOMORE": "já não quero|já não desejo|já não preciso|não preciso mais|não me mandem mais|não me enviem mais|não mandem mais|não enviem mais|não quero receber mais|não receber mais|deixar de receber|não me escrevam mais|não continuar|não desejo mais|nao quero mais|n quero mais|não querer mais",
    "BORED": "não me interessa|não me interessam|já não me interessa|já não me interessam|não me interessa mais|não me interessam mais|não me fazem falta|não me faz falta|já não me fazem falta|não me serve|não me servem|já não me serve|já não me servem|não me serve mais|"
    "não me servem mais|não estou interessad*|já não estou interessad*|não estou mais interessad*|perdi o interesse|não me são úteis|já não preciso deles|já não preciso delas|não preciso mais deles|não preciso mais delas|não preciso disto|não preciso disso|não tenho interesse|não tenho mais interesse|já não tenho interesse|"
    "não me diz respeito|já não me diz respeito|não me dizem respeito|não é do meu interesse|sem interesse",
    "NOTENOUGH": "não me chega|não me basta|não chega|não basta|não é suficiente|não me é suficiente",
    "TOO": "também|tambem|tbm|além do|além dos",
    "SITE": "da vista|da vista do público|da rede|do site|da página|da web|do arquivo|dos arquivos|do portal|da internet|do sítio|da página web|do ar|do saite|da net",
    "IT": "isso|isto|aquilo",
    "NOTHING": "retomarei|retomarei depois|apagou se|se apagou|foi apagada|foi apagado|último pedido|terceiro e último pedido|última vez|não mais que isso|não sei como vim parar|não sei como vim parar aqui|não sei como cheguei|não sei por que estou|que pausa|até de|até de madrugada|me basta|basta me|chega me|me chega|apaguei|já apaguei|apaguei por engano|apaguei por erro|eliminei|perdi a mensagem|da minha parte|"
    "não toda hora|nao toda hora|toda hora|a toda a hora|não tenho tempo|já não tenho tempo|não tenho mais tempo|falta de tempo|sem tempo|"
    "já não trabalho|não trabalho mais|nada pessoal|nada de pessoal|pôr me em dia|pôr em dia|estar em dia|por engano|por erro|por lapso|sem querer|"
    "ou não|e não aqui|e não neste|não aqui|mais que suficiente|mais do que suficiente|é suficiente|rede ruim|rede fraca|má rede|net fraca|"
    "internet ruim|internet lenta|ligação lenta|conexão lenta|baixa pressão|baixa qualidade|baixa velocidade|mais baixa|muito baixa|se possível|"
    "se for possível|se puderem|se faz favor|se não for incómodo|se não for pedir muito|o mais depressa possível|o quanto antes|quando voltar|"
    "quando eu voltar|quando regressar|no meu regresso|ao voltar|volto depois|volto logo|a partir de hoje|desde hoje|a partir de agora|"
    "de agora em diante|daqui em diante|daqui para a frente|nunca mais acaba|demasiados emails|demasiadas mensagens|muitos emails|muitos e mails|"
    "muitas mensagens|esta semana|na semana passada|na próxima semana|próxima semana|da minha semana|por acaso|felicidades|bom trabalho|"
    "de qualquer forma|na mesma|de vez em quando|todo o gosto|sem problema",
    "MAYBE": "se calhar|pode ser que|quem sabe|não sei se|estou a pensar|ando a pensar|logo vejo|tô pensando|to pensando|porventura",
    "PROBLEM": "não recebo nada|não recebi nada|já não recebo nada|não me chega nada|não tenho recebido nada|não recebo mais nada|não dá|não anda|"
    "não funcionou|não consegui|não deixa|não me deixa|não pode|não abre|não está a funcionar|não estou a conseguir|não estou conseguindo",
    "WITHOUT": "sem os|sem as|nada de",
    "GET": "reler|voltar a ler|consultar|abrir|recuperar|lerem|conseguir|ver",
    "THREAD": "tudo o que se disse|tudo o que foi dito|tudo o que responderam|tudo que se disse|respostas|resposta|conversas|debate|debates|discussões|papo|thread",
    "LAST": "mais recentes|recentes|recente|mais recente|mais novas|mais novos",
    "SEARCH": "busqu*|há algo sobre|há alguma coisa sobre|tem algo sobre|tem alguma coisa sobre|há mensagens sobre|o que se escreveu sobre|o que se disse sobre|o que foi escrito sobre|o que foi dito sobre|o que escreveram sobre|o que falaram sobre|mensagens que falem de|mensagens que falam de|mensagens que falam sobre",
    "HIDE": "escond*|despublic*|tapar|tapem|que não se veja|invisível|façam desaparecer|tirar do ar|tirem do ar|sumir com|ocultar",
    "MUTE": "poup*|mute|mutar|mutem|ignor*|poupem me|calar|calem|emudec*",
    "UNMUTE": "tinha silenciado|tinha ignorado|silenciei|tinha as silenciado|unmute|tirar o silêncio|tirem o silêncio|deixar de ignorar|seguir de novo|seguir outra vez|voltar a seguir|voltar a ouvir|desmut*|acompanhar de novo|acompanhar novamente|voltar a acompanhar",
    "DATA": "a minha informação pessoal|informação sobre mim|informações sobre mim|informação sobre a minha pessoa|dados sobre mim|têm sobre mim|tem sobre mim|sabem de mim|sabem sobre mim|têm de mim|registado sobre mim|registrado sobre mim|guardam sobre mim|guardam de mim|"
    "informação que têm|informações que têm|todos os meus dados|todos meus dados|tudo o que têm registado sobre mim|tudo o que têm sobre mim|tudo que têm sobre mim|tudo o que sabem de mim|tudo o que sabem sobre mim|tudo o que guardam sobre mim|"
    "o que têm sobre mim|o que sabem sobre mim|o que sabem de mim|minhas informações pessoais|meus dados pessoais",
    "ERASE": "destru*|direito ao apagamento|apagamento|esquecer me|purg*|apaguem*|deletem tudo|delet*",
    "ACCOUNT": "tudo o que é meu|todo rastro meu|todo o rasto meu|todos os meus rastos|tudo de mim|todos os meus emails|todas minhas mensagens|tudo o que me diz respeito",
    "RECEIPT": "aviso de receção|avisos de receção|aviso de recepcao|comprovativo|comprovante|uma confirmação quando|uma confirmação a cada|uma confirmação sempre|uma confirmação por cada|confirmação quando|confirmação de publicação|confirmação de envio|"
    "confirmações|confirmação das minhas|confirmação de recebimento|confirmação de receção|confirmação de leitura|confirmação a cada",
    "COPY": "cópia das minhas mensagens|cópia dos meus emails|cópia do que escrevo|cópia do que envio|próprios emails|próprios e mails|próprios mails|meus próprios|minhas próprias|próprias msgs|mensagens que envio|emails que envio|"
    "mensagens que eu envio|o que eu próprio|o que eu mesmo|a minha própria mensagem|próprias publicações",
    "UNTIL": "nada até|nada até ao|nada antes|nada antes de|de volta a|de volta no|de volta em|de volta dia|volto em|volto no|volto dia|volto a|regresso a|regresso no|regresso em|voltarei em|voltarei a|antes de|antes do|nada antes|ate|até que|antes de dia|até o dia|até fim|até ao dia",
    "PENDING": "pendentes|o que há pendente|mensagens retidas|o que está pendente|por aprovar|por rever|à espera|esperando|aguardando|retidas|em fila|na fila|que esperam|por moderar|para aprovar",
    "ADD": "adicion*|acrescent*|inclu*|coloc*",
    "CAN_I": "poderia|será possível|dava para|daria para|dá pra|posso eu",
    "STAY": "continuar no|continuar na|ficar no|ficar na|permanecer no|permanecer na|continuar membro|continuar a ser membro|continuar a fazer parte|continuar inscrit*|continuar sendo|seguir sendo|seguir no",
    "FORGOT": "não me lembro|já não me lembro|não lembro|não lembro mais|esqueci|esqueci me|me esqueci|não me recordo|já não me recordo",
    "HOLD": "guardem|guardar|guarde|segurem|segurar|retenham",
    "NOW": "agora|de agora em diante|a partir de agora",
    "MISSED": "nunca recebi|nunca me chegou|nunca chegou|não chegou|não recebi|perdi|não encontro|perdi me",
    "RESEND": "reenv*",
    "IF": "se não for|se não houver|se não mudar|se não pararem|se não melhorar|se não pararem|assim que acabar|assim que terminar|assim que o meu|assim que a|assim que eu|logo que acabe|logo que termine|logo que a|logo que o|"
    "quando acabar|quando terminar|quando a|quando o|quando começar|uma vez que|depois da|depois do|depois de acabar|se vierem|se continuar*|"
    "se chegar*|se isto|se isso|se for|só se|se houver|se vier|se os|enquanto não|contanto que|se eu",
    "WAIT": "mas ainda não|eu digo quando|depois digo quando|eu aviso quando",
    "OTHERS": "vizinho|vizinha|vizinhos|chefe|filho|filha|irmão|irmã|o retirem|a retirem|lhe deem baixa",
    "APPROVE": "aprov*|aceit*|autoriz*|deixem passar",
    "DECLINE": "recus*|rejeit*|neguem",
    "DISCARD": "descart*|deitem fora|joguem fora|para o lixo|jogar fora",
    "COORDINATOR": "administrador|administradora|moderador|coordenadores",
    "TRUST": "ter confiança|tenham confiança|sem moderação",
    "BAN": "banam|banir|banem|proibir|proíbam",
    "UNBAN": "desbanir|desbanam|levantar o bloqueio",
    "REPORT": "relatórios|números do grupo",
    "LOCK": "fechem|tranquem",
    "MERGE": "juntem|unam|unir",
    "UNDO": "desfaçam|desfazer|voltar atrás|anular a última",
    "HOW": "que tenho de escrever|o que tenho de escrever|o que tenho de vos escrever",
    "ON": "liguem|ligue|religuem",
    "FILLER": "aprovação necessário necessária resto restantes outros vou pf pfv pfvr pfavor pls plz obg obgd obrigadão brigado brigada vlw valeu blz beleza vc vcs cê cês q k eh tb tbm tmb td tds pq pra pro pras pros p d né aí ah vez vezes nada ninguém algo alguém "
    "semana semanas dia dias mês meses ano anos cá lá ali aqui agora hoje mesmo mesma quando onde como qual se tal assim seja sejam seria seriam fosse amável amáveis bondade tenho tem têm tenham faça façam "
    "fazem faz fazer vai vão ir vá estejam mo ma mos mas-mesmo lo la los las lhe lhes vos vosso vossa vossos teu tua tu você sr sra dr dra eng desculpem desculpe desculpa perdão lamento sinto muitíssimo muito bastante demais demasiado "
    "simplesmente diretamente urgente urgentemente rápido depressa logo depois antes apenas atenção respeitosamente presente meio através sirva senhores senhoras colegas-todos equipa equipe gente-boa ei alô viva bem boas "
    "nos entre sem sobre número núm nro outro outra outros outras ainda embora tanto tão verdade melhor sim-senhor gentilmente grato grata agradecido agradecida à ao aos às e-então então pois daqui dali deste desta disto disso neste nesta nisto nisso num numa",
}
"""meaning -> words, of Portuguese only; FILLER as single words"""
