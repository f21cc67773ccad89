namespace Crm.Analytics.Models.Service;

/// <summary>Words that say nothing of what a text is about, of three letters and more: English, German, French, Spanish.</summary>
internal static class StopWords
{
    /// <summary>All of them, in lower case.</summary>
    public static IReadOnlyList<string> All { get; } = [.. (English + German + French + Spanish).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct()];

    private const string English = """
        the and for are but not you all any can had her was one our out has him his how its may new now old see two who did yes she too use that with have this will your from they know want been good
        much some time very when come here just like long make many more only over such take than them well were what also then their there these those which would could should about after again
        because before being below between both does doing down during each few further having into itself most myself other same under until where while why yours yourself
        """ + " ";

    private const string German = """
        der die das den dem des ein eine einen einem einer eines und oder aber nicht ist sind war waren wird werden wurde wurden habe haben hat hatte hatten ich sie wir ihr mir mich uns euch ihm ihn ihnen
        mein meine dein sein seine unser auf aus bei mit nach von vor zum zur über unter für durch gegen ohne bis als wie wenn dann dass daß weil auch noch nur schon sehr mehr man kann können muss
        was wer hier dort alle alles beim vom im am so da zu in an
        """ + " ";

    private const string French = """
        les des une est pas que qui dans pour par sur avec plus sont ont été cette ces aux mais nous vous ils elle elles leur leurs mon mes ton ses son notre votre tout tous très bien fait comme même sans
        """ + " ";

    private const string Spanish = """
        los las una uno que por con para del como pero sus les más muy sin sobre este esta estos estas todo todos hay era fue son ser tiene también hasta desde cuando donde
        """ + " ";
}
