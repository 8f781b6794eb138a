package io.penstock.compose.cli;

import io.penstock.compose.input.RequestBodies;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ids.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The requests to send, by exactly one of these options. */
final class SubmitSource {

  @Option(names = "--text", paramLabel = "TEXT", required = true, description = "A text to embed.")
  @Nullable String text;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      required = true,
      description = "A prompt to answer.")
  @Nullable String prompt;

  @Option(
      names = "--body",
      paramLabel = "JSON",
      required = true,
      description = "A whole body in OpenAI's form.")
  @Nullable String body;

  @Option(
      names = "--body-file",
      paramLabel = "FILE",
      required = true,
      description = "A file with such a body.")
  @Nullable Path bodyFile;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      required = true,
      description = "A .txt, .csv or .jsonl file of many.")
  @Nullable Path file;

  /**
   * The one request that the options ask for; not with a file of many.
   *
   * @param mostBytes the largest body accepted
   */
  InferenceRequest.Builder single(RequestOptions request, int mostBytes, Instant now)
      throws IOException {
    if (text != null) {
      return request.ofText(whole("--text", text), RequestBodies.EMBEDDINGS, now);
    }
    if (prompt != null) {
      return request.ofText(whole("--prompt", prompt), RequestBodies.CHAT, now);
    }
    if (body != null) {
      return request.ofBody("--body", whole("--body", body).getBytes(StandardCharsets.UTF_8), now);
    }
    return request.ofBody("--body-file", BodyFile.read(bodyFile, mostBytes), now);
  }

  private static String whole(String option, String text) {
    Names.loneSurrogate(text)
        .ifPresent(
            fault -> {
              throw CliException.usage("%s %s".formatted(option, fault));
            });
    return text;
  }
}
