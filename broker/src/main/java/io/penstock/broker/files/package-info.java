/** Files that users upload and batches write: what is known of them, and their HTTP endpoints. */
package io.penstock.broker.files;
