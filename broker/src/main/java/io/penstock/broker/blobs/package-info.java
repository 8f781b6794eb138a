/**
 * Contents of files, behind one small interface that a folder and an object store can implement.
 */
package io.penstock.broker.blobs;
