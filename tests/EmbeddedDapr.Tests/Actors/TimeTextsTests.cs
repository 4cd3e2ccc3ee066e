using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class TimeTextsTests
{
    private static readonly DateTimeOffset Now = new(2024, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("5s", "2024-01-31T12:00:05Z")]
    [InlineData("0h0m5s0ms", "2024-01-31T12:00:05Z")]
    [InlineData("-1s", "2024-01-31T11:59:59Z")]
    [InlineData("PT1M", "2024-01-31T12:01:00Z")]
    [InlineData("P1M", "2024-02-29T12:00:00Z")]
    [InlineData("P1W1D", "2024-02-08T12:00:00Z")]
    [InlineData("2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z")]
    [InlineData("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z")]
    public void Moments_are_durations_or_points_in_time(string text, string expected)
    {
        Assert.True(TimeTexts.TryMoment(text, Now, out var moment, out _));

        Assert.Equal(DateTimeOffset.Parse(expected, null), moment);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("R2/PT1S")]
    [InlineData("P1.5D")]
    [InlineData("2030-01-01")]
    [InlineData("")]
    public void Other_texts_are_no_moments(string text) => Assert.False(TimeTexts.TryMoment(text, Now, out _, out _));

    [Theory]
    [InlineData("1s", null, 1)]
    [InlineData("R3/PT2S", 3, 2)]
    [InlineData("R0/PT2S", 0, 2)]
    [InlineData("R2", 2, 0)]
    [InlineData("R2/", 2, 0)]
    [InlineData("P1DT1S", null, 1)]
    public void Periods_may_have_repetitions(string text, int? repetitions, int seconds)
    {
        Assert.True(TimeTexts.TryPeriod(text, out var period));

        Assert.Equal(repetitions, period.Repetitions);
        Assert.Equal(TimeSpan.FromSeconds(seconds), period.Time);
    }
}
