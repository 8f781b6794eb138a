package io.penstock.compose.http;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;

/** The form that uploads a file, which is read while it is sent. */
public final class FileForm {

  /** An upload has as long as a slow line takes for the largest file. */
  private static final Duration PATIENCE = Duration.ofHours(1);

  private FileForm() {}

  /**
   * The call that uploads a file.
   *
   * @param fields further fields of the form, by name
   * @throws IOException if the file cannot be read
   */
  public static FrontCall upload(Path file, Map<String, String> fields) throws IOException {
    String boundary = "penstock-" + UUID.randomUUID();
    StringBuilder head = new StringBuilder();
    fields.forEach(
        (name, value) ->
            head.append(
                "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                    .formatted(boundary, name, value)));
    head.append(
        "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            .formatted(boundary, escaped(String.valueOf(file.getFileName()))));
    return FrontCall.post("/v1/files")
        .withPatience(PATIENCE)
        .withBody(
            "multipart/form-data; boundary=" + boundary,
            BodyPublishers.concat(
                BodyPublishers.ofString(head.toString()),
                BodyPublishers.ofFile(file),
                BodyPublishers.ofString("\r\n--%s--\r\n".formatted(boundary))));
  }

  /** As browsers write it. */
  private static String escaped(String name) {
    return name.replace("\r", "%0D").replace("\n", "%0A").replace("\"", "%22");
  }
}
