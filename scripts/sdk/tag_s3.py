"""Puts objects with tags and storage classes into an S3 bucket, through boto3.

usage: tag_s3.py ENDPOINT BUCKET      (credentials from AWS_*)
"""
import sys

import boto3
from botocore.config import Config

endpoint, bucket = sys.argv[1:3]
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
client.put_object(Bucket=bucket, Key="plain", Body=b"plain")
client.put_object(Bucket=bucket, Key="tagged", Body=b"tagged", Tagging="a%2Fb=1%202&empty=", StorageClass="STANDARD_IA")
client.put_object(Bucket=bucket, Key="awkward", Body=b"awkward", Tagging="mail=a%40b&fine=yes")
client.put_object(Bucket=bucket, Key="tiered", Body=b"tiered", StorageClass="INTELLIGENT_TIERING")
parts = client.create_multipart_upload(Bucket=bucket, Key="big", Tagging="size=big", StorageClass="ONEZONE_IA")
sent = []
for number, size in ((1, 70 << 20), (2, 1 << 20)):
    answer = client.upload_part(
        Bucket=bucket, Key="big", UploadId=parts["UploadId"], PartNumber=number, Body=bytes([number]) * size)
    sent.append({"PartNumber": number, "ETag": answer["ETag"]})
client.complete_multipart_upload(
    Bucket=bucket, Key="big", UploadId=parts["UploadId"], MultipartUpload={"Parts": sent})
