package io.penstock.compose.cli;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.text.Printable;
import java.time.Duration;

/** One result on one line for a person. */
final class ResultText {

  private ResultText() {}

  static String line(InferenceResult result) {
    StringBuilder line = new StringBuilder();
    line.append(TimeText.text(result.getFinishedAt()))
        .append("  ")
        .append(result.getId())
        .append("  ")
        .append(result.getStatus())
        .append("  ")
        .append(result.getServiceClass())
        .append("  ")
        .append(result.getChoice().map(c -> c.getModel()).orElse(result.getRequestedModel()))
        .append("  ")
        .append(TimeText.age(Duration.between(result.getAcceptedAt(), result.getFinishedAt())));
    result.getUsage().ifPresent(usage -> line.append("  ").append(tokens(usage)));
    result.getCustomId().ifPresent(id -> line.append("  custom_id=").append(id));
    result
        .getError()
        .ifPresent(e -> line.append("  ").append(e.getCode()).append(": ").append(e.getMessage()));
    result.getRepetition().ifPresent(how -> line.append("  repetition=").append(how));
    return Printable.of(line.toString());
  }

  private static String tokens(TokenUsage usage) {
    return usage.getPromptTokens() + "+" + usage.getCompletionTokens() + " tokens";
  }
}
