/** Contents of files in S3, or in a server that has its API. */
package io.penstock.broker.blobs.s3;
