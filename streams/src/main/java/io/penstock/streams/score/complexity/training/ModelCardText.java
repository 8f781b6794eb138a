package io.penstock.streams.score.complexity.training;

import io.penstock.streams.score.complexity.ModelCard;
import io.penstock.streams.score.complexity.evaluation.ResampledFigure;
import io.penstock.streams.score.complexity.features.PromptFeatures;
import io.penstock.streams.score.complexity.features.PromptText;
import java.util.Locale;
import java.util.stream.Collectors;

/** The model card as Markdown. */
public final class ModelCardText {

  private ModelCardText() {}

  /** The card of a predictor. */
  public static String of(ModelCard card) {
    return """
    # Complexity predictor: model card

    Predicts, from a prompt's text alone, the quality of a cheap and of a strong model's answer, and so what the
    strong model would add.

    | trained on | prompts | APGR, cross-validated | prompt length's APGR |
    |---|---|---|---|
    %s
    Prompts with both outcomes: %d. Licence of the data: %s. Mean quality: cheap %.3f, strong %.3f. Seed %d, regularisation %s.

    **Method.** Ridge regression (liblinear) on the outcomes, one head for the cheap model's quality and one for the
    gain; calibrated by %d-fold cross-validation, which the figures above and the stored threshold curve are from too.
    APGR is RouteLLM's average performance gap recovered; in brackets the 95%% bootstrap interval.

    **Features.** Hashed character n-grams within words (2 to 4) and words (1 and 2), each with digits as 0, by TF-IDF;
    and %d figures of shape: %s.

    **Limits.** It knows these two models and prompts like these; for other models or other prompts train it on your own
    outcomes. It reads at most %d characters, half from the beginning and half from the end. It sees no images, tools
    or earlier turns beyond the text it is given. The words it lists are English. Its qualities are averages: a
    single prompt may well come out otherwise.
    """
        .formatted(
            rows(card),
            card.pairs(),
            card.licence(),
            card.cheapQuality(),
            card.strongQuality(),
            card.seed(),
            card.regularisation(),
            TrainingSettings.FOLDS,
            PromptFeatures.SHAPE_NAMES.size(),
            String.join(", ", PromptFeatures.SHAPE_NAMES),
            PromptText.MOST_CHARACTERS);
  }

  private static String rows(ModelCard card) {
    String sources =
        card.data().stream()
            .map(source -> row(source.name(), source.prompts(), source.apgr(), source.lengthApgr()))
            .collect(Collectors.joining());
    return sources + row("all, in one order", card.prompts(), card.apgr(), card.lengthApgr());
  }

  private static String row(
      String name, int prompts, ResampledFigure apgr, ResampledFigure length) {
    return "| %s | %d | %s | %s |\n"
        .formatted(name.replace("|", "/"), prompts, text(apgr), text(length));
  }

  private static String text(ResampledFigure estimate) {
    if (Double.isNaN(estimate.value())) {
      return "too few pairs";
    }
    return String.format(
        Locale.ROOT, "%.3f (%.3f to %.3f)", estimate.value(), estimate.low(), estimate.high());
  }
}
