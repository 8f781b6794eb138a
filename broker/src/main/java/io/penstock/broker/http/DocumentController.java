package io.penstock.broker.http;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.openapi.ApiDocument;
import io.penstock.broker.openapi.DocumentPage;

/** The OpenAPI document, and a page to browse it with. Neither needs a key. */
@Controller
@Produces(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class DocumentController {

  /** Nothing is loaded from elsewhere; Swagger UI sets styles of single elements. */
  private static final String POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  private final byte[] json;
  private final byte[] yaml;

  DocumentController() {
    ApiDocument document = ApiDocument.read();
    this.json = document.json();
    this.yaml = document.yaml();
  }

  @Get("/openapi.json")
  HttpResponse<byte[]> json() {
    return answer(json, "application/json");
  }

  @Get("/openapi.yaml")
  HttpResponse<byte[]> yaml() {
    return answer(yaml, "application/yaml");
  }

  @Get("/docs")
  HttpResponse<byte[]> page() {
    return file("index.html");
  }

  @Get("/docs/{file}")
  HttpResponse<byte[]> file(String file) {
    DocumentPage.Content content =
        DocumentPage.file(file)
            .orElseThrow(() -> new ApiException(ApiError.notFound("page", file)));
    return answer(content.bytes(), content.type()).header("content-security-policy", POLICY);
  }

  private static MutableHttpResponse<byte[]> answer(byte[] body, String type) {
    return HttpResponse.ok(body)
        .contentType(MediaType.of(type))
        .header("x-content-type-options", "nosniff")
        .header("cache-control", "no-cache");
  }
}
