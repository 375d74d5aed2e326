"""Make the bucket that QUIZAPP_S3_URL names, unless it is there. Run by the service ``prepare``."""

import os

import boto3

from quizapp.foundation.storage_s3 import Bucket

bucket = Bucket.read(os.environ["QUIZAPP_S3_URL"])
service = boto3.client("s3", endpoint_url=bucket.endpoint)
if bucket.name not in [known["Name"] for known in service.list_buckets()["Buckets"]]:
    service.create_bucket(Bucket=bucket.name)
