namespace Crm.Analytics.Etl.Identity.Normalising;

/// <summary>
/// Short and familiar forms of given names, by the name they stand for; own list of common knowledge, several languages, without diacritics as the
/// normal form of names is. A form that stands for several names is listed with the most frequent one.
/// </summary>
internal static class Nicknames
{
    private const string Table = """
        abigail: abby abbie gail
        alexander: alex alec sandy xander aleksander alexandre alejandro sasha
        alexandra: alexa lexi sandra
        alfred: alf alfie fred
        andrew: andy drew andreas andre andres andrzej
        angela: angie angelika
        anthony: tony antonio anton antoine toni
        barbara: barb babs barbie basia
        benjamin: ben benny benji
        bernard: bernie bernd bernhard
        catherine: cathy kate katie kathy kitty kathryn katherine katharina katarina cate kat kathleen katrin catalina caterina
        charles: charlie chuck chas carlos karl carl carlo
        christina: tina christine chris kristin kirsten krystyna
        christopher: kit topher christoph kristof cristobal
        daniel: dan danny daniele
        david: dave davy davey davide
        deborah: deb debbie debra
        donald: don donnie
        dorothy: dot dottie dolly dora dorothea
        edward: ed eddie ted ned teddy eduard eduardo
        eleanor: ellie nell nora elena leonora
        elizabeth: liz beth lizzie betty betsy eliza lisa libby elisabeth elise ela elsbeth
        emily: em emmy millie emilia
        eugene: gene eugen
        frances: fran francesca franziska franny
        francis: frank francisco pancho paco franz francesco francois frankie
        frederick: freddie freddy friedrich fritz fredrik federico
        gabriel: gabe
        george: georg jorge georges giorgio georgie jerzy
        gerald: gerry
        gregory: greg gregor grzegorz
        harold: harry hal
        helen: helena helene nelly lena
        henry: hank heinrich heinz enrique henri enrico
        isabella: bella izzy isabel isabelle
        jacob: jake jakob
        james: jim jimmy jamie jaime diego santiago
        janet: jan
        jeffrey: jeff geoff geoffrey
        jennifer: jen jenny jenna
        jessica: jess jessie
        john: johnny jack johann johannes hans juan jean giovanni ivan jon jan
        jonathan: jonny nathan
        joseph: joe joey josef jose pepe giuseppe beppe jozef
        joshua: josh
        judith: judy jutta
        julia: julie juliet juliette
        kenneth: ken kenny
        lawrence: larry laurence lorenzo laurent lars
        leonard: len lenny leo leonardo
        louis: lou louie luis luigi ludwig lewis
        margaret: maggie meg peggy peg marge margie greta margarete margarita marguerite gretchen rita malgorzata
        maria: mary marie mia molly polly mariana
        martin: marty marten marcin
        matthew: matt matty matthias mateo matteo mathieu mateusz
        maximilian: max maxim
        melissa: mel missy
        michael: mike mick mickey mikey miguel michel michele mikhail mischa michal
        nancy: nan
        natalie: nat natalia natasha
        nicholas: nick nicky nicolas nikolaus klaus nicola nikolai claus
        nicole: nikki nicki
        oliver: ollie
        pamela: pam
        patricia: pat patty tricia trish
        patrick: paddy patrice patricio
        paul: pablo paolo pawel pavel
        peter: pete pedro pierre pietro piotr petr
        philip: phil phillip felipe philippe filip
        raymond: ray raimund ramon
        rebecca: becky becca
        richard: rick dick rich ricky ricardo richie riccardo
        robert: bob rob bobby robbie bert roberto robin
        ronald: ron ronnie
        rudolf: rudi rolf rodolfo
        samantha: sammy
        samuel: sam
        sarah: sally sadie sara
        stephanie: steph steffi stefanie
        stephen: steve steven stefan stephan esteban etienne stevie stefano szczepan
        susan: sue susie suzy susanne suzanne susanna zuzanna
        theodore: theo theodor
        theresa: terry tess tessa teresa therese
        thomas: tom tommy tomas tomasz tommaso
        timothy: tim timmy
        valerie: val
        victoria: vicky tori vicki
        vincent: vince vinny vicente vincenzo
        virginia: ginny
        walter: walt wally
        william: bill billy will willie wilhelm willi liam guillermo guillaume guglielmo
        zachary: zach zack
        """;

    /// <summary>Each short form with the name it stands for.</summary>
    public static IReadOnlyList<(string Short, string Name)> All { get; } = Read();

    private static List<(string Short, string Name)> Read()
    {
        var forms = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, shorts) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..]);
            foreach (var form in shorts.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                forms.TryAdd(form, name);
            }
        }

        return [.. forms.Select(f => (f.Key, f.Value))];
    }
}
